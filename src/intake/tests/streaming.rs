//! Memory does not grow with the rows: a file is made while it is read and never exists as a whole.

use std::{
    cell::Cell,
    io::{self, Write},
    rc::Rc,
};

use super::*;

/// Makes rows on demand and tells how many it has made.
struct Generator {
    made: Rc<Cell<u32>>,
    end: u32,
    buffer: Vec<u8>,
    used: usize,
}

impl Read for Generator {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.used == self.buffer.len() {
            self.used = 0;
            self.buffer.clear();
            while self.made.get() < self.end && self.buffer.len() < 8192 {
                let number = self.made.get() + 1;
                writeln!(self.buffer, "I{number},A{},2026-01-01,2026-01-31,EUR,{number}.50", number % 1000)?;
                self.made.set(number);
            }
        }
        let length = out.len().min(self.buffer.len() - self.used);
        out[..length].copy_from_slice(&self.buffer[self.used..self.used + length]);
        self.used += length;
        Ok(length)
    }
}

#[test]
fn many_rows_stream() {
    const ROWS: u32 = 200_000;
    let header = format!("{INVOICE_HEADER}\n");
    let made = Rc::new(Cell::new(0));
    let generator = Generator { made: Rc::clone(&made), end: ROWS, buffer: Vec::new(), used: 0 };
    let (mut count, mut sum) = (0_u32, 0_i64);
    let reading = read(header.as_bytes().chain(generator), Kind::Invoices, None, &context(), &mut |line, row| {
        count += 1;
        assert_eq!(line, u64::from(count) + 1);
        // Two buffers of rows may be ahead, however long the file is.
        assert!(made.get() - count < 5000, "{} rows ahead", made.get() - count);
        if let Row::Invoice(invoice) = row {
            sum += invoice.amount.minor;
        }
        Ok::<_, Infallible>(())
    });
    assert_eq!(reading.unwrap().rows, u64::from(ROWS));
    assert_eq!(sum, (1..=i64::from(ROWS)).map(|number| number * 100 + 50).sum::<i64>());
}
