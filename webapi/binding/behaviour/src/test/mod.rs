pub mod collections;
pub mod echo;
pub mod global;
pub mod overloads;
pub mod space;
pub mod thing;
