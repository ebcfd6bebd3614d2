// Asks the published validators of the format for their opinion, one batch of documents a line.
//
// In:  {"validator": "transcript", "documents": ["{…}", …], "slowly": false}   every document as text
// Out: [{"valid": true|false, "errors": [[keyword, dataPath], …]} | {"unreadable": "…"} | {"crashed": "…"}, …]
//
// The package compiles its schema anew at every call, twice, which would take an hour for tens of thousands of
// documents. So the schemas it ships are compiled here once, by the validator it names as dependency and with its
// options. `slowly` asks the package itself; the test does so for the package's own examples and compares.
'use strict';

const path = require('path');
const readline = require('readline');
const { createRequire } = require('module');

const home = createRequire(path.join(path.resolve(process.argv[2]), 'package.json'));
const schemas = path.join(path.dirname(home.resolve('veritone-json-schemas/package.json')), 'schemas', 'vtn-standard');
const Ajv = home('ajv');
const { VALIDATORS } = home('veritone-json-schemas');
const compiled = new Map();

function validator(name) {
  if (!compiled.has(name)) {
    compiled.set(name, compile(name));
  }
  return compiled.get(name);
}

function compile(name) {
  const schema = home(path.join(schemas, name, `${name}.json`));
  const ajv = new Ajv({ allErrors: true, schemas: [home(path.join(schemas, 'master.json')), schema] });
  if (name === 'transcript') {
    ajv.addKeyword('requireBestPath', { validate: oneBestPath, errors: true });
  }
  const validate = ajv.compile(schema);
  return document => (validate(document) ? { valid: true } : { errors: validate.errors });
}

// What the package registers under this name for transcripts; it fails on the same values.
function oneBestPath(_, words) {
  if (words.filter(word => word.bestPath === true).length === 1) {
    return true;
  }
  oneBestPath.errors = [{ keyword: 'requireBestPath', message: '', params: {} }];
  return false;
}

function judge(validate, text) {
  let document;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return { unreadable: error.message };
  }
  try {
    const answer = validate(document);
    return { valid: answer.valid === true, errors: (answer.errors || []).map(told) };
  } catch (error) {
    return { crashed: error.message };
  }
}

function told(error) {
  return process.env.REFEREE_FULL ? error : [error.keyword, error.dataPath];
}

readline.createInterface({ input: process.stdin }).on('line', line => {
  const { validator: name, documents, slowly } = JSON.parse(line);
  const validate = slowly ? VALIDATORS[name] : validator(name);
  process.stdout.write(JSON.stringify(documents.map(text => judge(validate, text))) + '\n');
});
