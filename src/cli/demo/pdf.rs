//! Small valid PDFs: one page, one font, a few lines.

/// A page with these lines; what Latin-1 cannot write becomes `?`.
pub fn page(lines: &[String]) -> Vec<u8> {
    let mut content = b"BT /F1 12 Tf 20 TL 72 760 Td".to_vec();
    for line in lines {
        content.extend_from_slice(b" (");
        content.extend(line.chars().flat_map(byte));
        content.extend_from_slice(b") Tj T*");
    }
    content.extend_from_slice(b" ET");
    let mut stream = format!("<< /Length {} >>\nstream\n", content.len()).into_bytes();
    stream.extend(content);
    stream.extend_from_slice(b"\nendstream");
    document(&[
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        &stream,
    ])
}

/// One character of a literal string.
fn byte(c: char) -> Vec<u8> {
    match c {
        '(' | ')' | '\\' => vec![b'\\', c as u8],
        ' '..='~' | '\u{a0}'..='\u{ff}' => vec![u8::try_from(c).unwrap_or(b'?')],
        _ => vec![b'?'],
    }
}

/// Objects with their table of places.
fn document(objects: &[&[u8]]) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.extend(format!("{} 0 obj\n", index + 1).into_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let table = file.len();
    let mut tail = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    places.iter().for_each(|place| tail += &format!("{place:010} 00000 n \n"));
    tail += &format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1);
    file.extend(tail.into_bytes());
    file
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn the_table_of_places_is_right() {
        let file = page(&["Invoice (1) \\ für Müller 東京".to_owned()]);
        let text: String = file.iter().map(|byte| char::from(*byte)).collect();
        assert!(text.contains("(Invoice \\(1\\) \\\\ für Müller ??) Tj"), "{text}");
        let table: usize = text.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
        let tail = String::from_utf8_lossy(&file[table..]);
        let rows: Vec<&str> = tail.lines().skip(3).take(5).collect();
        assert_eq!(rows.len(), 5);
        for (index, row) in rows.iter().enumerate() {
            let place: usize = row[..10].parse().unwrap();
            assert!(file[place..].starts_with(format!("{} 0 obj", index + 1).as_bytes()), "{row}");
        }
    }
}
