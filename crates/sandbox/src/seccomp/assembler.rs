//! Classic BPF with names for places. Jumps by number are how filters come to allow what they should deny.

use std::io;

/// Longest program the kernel takes (`BPF_MAXINSNS`).
const LONGEST: usize = 4096;

/// A place to jump to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Label(usize);

#[derive(Clone, Copy, Debug)]
enum Op {
    Load(u32),
    Mask(u32),
    /// Goes to the place when the value loaded is equal.
    IfEqual(u32, Label),
    /// Goes to the place when any of these bits is set.
    IfAny(u32, Label),
    Goto(Label),
    Return(u32),
    Place(Label),
}

/// A filter in the making.
#[derive(Debug, Default)]
pub(super) struct Assembler {
    ops: Vec<Op>,
    labels: usize,
}

impl Assembler {
    /// A new label, to be placed once.
    pub(super) fn label(&mut self) -> Label {
        self.labels += 1;
        Label(self.labels - 1)
    }

    /// The next operation is where `label` points.
    pub(super) fn place(&mut self, label: Label) {
        self.ops.push(Op::Place(label));
    }

    /// Loads 32 bits of the call's data (`struct seccomp_data`) at `offset`.
    pub(super) fn load(&mut self, offset: u32) {
        self.ops.push(Op::Load(offset));
    }

    /// Keeps these bits of the value loaded.
    pub(super) fn mask(&mut self, bits: u32) {
        self.ops.push(Op::Mask(bits));
    }

    /// Goes to `label` if the value is one of `values`.
    pub(super) fn if_one_of(&mut self, values: &[u32], label: Label) {
        self.ops.extend(values.iter().map(|value| Op::IfEqual(*value, label)));
    }

    /// Goes to `label` if any of `bits` is set.
    pub(super) fn if_any(&mut self, bits: u32, label: Label) {
        self.ops.push(Op::IfAny(bits, label));
    }

    /// Goes to `label`, which must be placed further on.
    pub(super) fn goto(&mut self, label: Label) {
        self.ops.push(Op::Goto(label));
    }

    /// Ends with `action`.
    pub(super) fn finish_with(&mut self, action: u32) {
        self.ops.push(Op::Return(action));
    }

    /// The program. Conditional jumps reach 255 instructions only, so each is a short skip over a long jump.
    pub(super) fn assemble(&self) -> io::Result<Vec<libc::sock_filter>> {
        let mut program = Vec::new();
        for op in &self.ops {
            match *op {
                Op::Load(offset) => program.push(plain(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset)),
                Op::Mask(bits) => program.push(plain(libc::BPF_ALU | libc::BPF_AND | libc::BPF_K, bits)),
                Op::IfEqual(value, label) => {
                    program.push(skip_unless(libc::BPF_JEQ, value));
                    program.push(self.jump(program.len(), label)?);
                }
                Op::IfAny(bits, label) => {
                    program.push(skip_unless(libc::BPF_JSET, bits));
                    program.push(self.jump(program.len(), label)?);
                }
                Op::Goto(label) => program.push(self.jump(program.len(), label)?),
                Op::Return(action) => program.push(plain(libc::BPF_RET | libc::BPF_K, action)),
                Op::Place(_) => {}
            }
        }
        let short = program.len() <= LONGEST;
        short.then_some(program).ok_or_else(|| io::Error::other("the filter is too long"))
    }

    fn jump(&self, here: usize, label: Label) -> io::Result<libc::sock_filter> {
        let target = self.address(label).filter(|target| *target > here);
        let target =
            target.ok_or_else(|| io::Error::other("a label of the filter lies behind or nowhere"))?;
        Ok(plain(libc::BPF_JMP | libc::BPF_JA, (target - here - 1) as u32))
    }

    fn address(&self, label: Label) -> Option<usize> {
        let at = self.ops.iter().position(|op| matches!(op, Op::Place(placed) if *placed == label))?;
        Some(self.ops.iter().take(at).map(Op::length).sum())
    }
}

impl Op {
    fn length(&self) -> usize {
        match self {
            Self::Place(_) => 0,
            Self::IfEqual(..) | Self::IfAny(..) => 2,
            Self::Load(_) | Self::Mask(_) | Self::Goto(_) | Self::Return(_) => 1,
        }
    }
}

fn plain(code: u32, k: u32) -> libc::sock_filter {
    libc::sock_filter { code: code as u16, jt: 0, jf: 0, k }
}

/// Falls through to the next instruction if the test holds, else skips it.
fn skip_unless(test: u32, k: u32) -> libc::sock_filter {
    libc::sock_filter { code: (libc::BPF_JMP | test | libc::BPF_K) as u16, jt: 0, jf: 1, k }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_labels_behind_or_nowhere() {
        let mut nowhere = Assembler::default();
        let label = nowhere.label();
        nowhere.goto(label);
        assert!(nowhere.assemble().is_err());
        let mut behind = Assembler::default();
        let label = behind.label();
        behind.place(label);
        behind.goto(label);
        assert!(behind.assemble().is_err());
    }

    #[test]
    fn jumps_where_the_label_is() {
        let mut code = Assembler::default();
        let far = code.label();
        code.load(0);
        code.if_one_of(&[7, 8], far);
        for _ in 0..300 {
            code.finish_with(0);
        }
        code.place(far);
        code.finish_with(1);
        let program = code.assemble().unwrap();
        assert_eq!(program.len(), 1 + 4 + 300 + 1);
        assert_eq!((2 + 1 + program[2].k) as usize, program.len() - 1);
        assert_eq!((4 + 1 + program[4].k) as usize, program.len() - 1);
    }
}
