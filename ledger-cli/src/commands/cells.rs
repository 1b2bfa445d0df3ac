//! What the fields of records are shown as.

use crate::render::Cell;

/// Fields by name.
pub(super) type Cells = Vec<(&'static str, Cell)>;

/// What may be there.
pub(super) fn shown(value: Option<impl ToString>) -> Cell {
    value.map_or(Cell::Absent, |value| Cell::Text(value.to_string()))
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
