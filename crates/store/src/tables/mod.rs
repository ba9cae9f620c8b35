//! The reads and writes of each table.
