//! Markdown tables on stdout.

/// Prints a table; the first column is left-aligned, the others are right-aligned.
pub(crate) fn print(title: &str, head: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([head[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    println!("\n### {title}\n");
    let line = |cells: Vec<String>| println!("| {} |", cells.join(" | "));
    let padded = |cells: &[String]| {
        let pad = |(at, cell): (usize, &String)| {
            if at == 0 {
                format!("{cell:<width$}", width = widths[at])
            } else {
                format!("{cell:>width$}", width = widths[at])
            }
        };
        cells.iter().enumerate().map(pad).collect()
    };
    line(padded(&head.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>()));
    line(
        widths
            .iter()
            .enumerate()
            .map(|(at, width)| if at == 0 { "-".repeat(*width) } else { format!("{}:", "-".repeat(width - 1)) })
            .collect(),
    );
    for row in rows {
        line(padded(row));
    }
}
