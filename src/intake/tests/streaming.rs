//! Memory does not grow with the rows: a file is made while it is read and never exists as a whole.

use std::io::{self, Write};

use super::*;

/// Makes rows on demand and counts how far it was asked to run ahead of the reader.
struct Generator {
    next: u32,
    end: u32,
    buffer: Vec<u8>,
    used: usize,
}

impl Read for Generator {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.used == self.buffer.len() {
            (self.used, self.buffer) = (0, std::mem::take(&mut self.buffer));
            self.buffer.clear();
            while self.next < self.end && self.buffer.len() < 8192 {
                let number = self.next;
                writeln!(self.buffer, "I{number},A{},2026-01-01,2026-01-31,EUR,{number}.50", number % 1000)?;
                self.next += 1;
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
    let generator = Generator { next: 1, end: ROWS + 1, buffer: Vec::new(), used: 0 };
    let (mut count, mut sum) = (0_u32, 0_i64);
    let reading = read(header.as_bytes().chain(generator), Kind::Invoices, None, &context(), &mut |line, row| {
        count += 1;
        assert_eq!(line, u64::from(count) + 1);
        if let Row::Invoice(invoice) = row {
            sum += invoice.amount.minor;
        }
        Ok::<_, Infallible>(())
    });
    assert_eq!(reading.unwrap().rows, u64::from(ROWS));
    assert_eq!(sum, (1..=i64::from(ROWS)).map(|number| number * 100 + 50).sum::<i64>());
}
