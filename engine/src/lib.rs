pub mod structured_data;
