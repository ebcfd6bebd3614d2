//! The marked source line of a finding, in the look of a compiler's message, with the mended line below.

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use assay_core::{Finding, Severity};

use super::paragraph::width;
use crate::terminal::escape;

/// The source of `finding` with its mark; nothing when the finding shows no source.
pub(crate) fn marked(finding: &Finding) -> Option<String> {
    let shown = finding.snippet.as_ref()?;
    let text = escape::same_length(&shown.text);
    let span = bytes_of(&text, shown.start as usize, shown.length.max(1) as usize);
    let document = escape::line(finding.place.document.as_deref().unwrap_or("document"));
    // What the headline has said need not stand beside the mark again.
    let label = Some(escape::line(&shown.label)).filter(|_| shown.label != finding.observed);
    let mark = AnnotationKind::Primary.span(span.clone()).label(label.as_deref());
    let snippet = Snippet::source(text.as_str())
        .line_start(shown.line as usize)
        .path(document.as_str())
        .annotation(mark);
    let mut groups = vec![Group::with_level(level(finding.severity)).element(snippet)];
    let (reason, replacement);
    if let Some(patch) = &finding.patch {
        reason = escape::line(&patch.reason);
        replacement = escape::same_length(&patch.replacement);
        let mended = Snippet::source(text.as_str())
            .line_start(shown.line as usize)
            .patch(Patch::new(span, replacement.as_str()));
        groups.push(Level::HELP.secondary_title(reason.as_str()).element(mended));
    }
    // The caller indents the block by four.
    Some(Renderer::styled().term_width(width() - 4).render(&groups))
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::NOTE,
    }
}

/// The byte range of `length` characters from the `start`th, kept inside `text`.
fn bytes_of(text: &str, start: usize, length: usize) -> std::ops::Range<usize> {
    let offset = |at: usize| text.char_indices().nth(at).map_or(text.len(), |(offset, _)| offset);
    offset(start)..offset(start + length)
}
