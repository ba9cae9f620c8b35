//! A field that was not filled in as it must be.

/// A line of the summary at the top of a form, which leads to the field.
#[derive(Clone, Debug)]
pub(crate) struct FieldProblem {
    /// The field's name, which is its element's id too.
    pub(crate) field: &'static str,
    pub(crate) label: String,
    pub(crate) text: String,
}
