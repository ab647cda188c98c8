package dev.cairn.cli.output;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A table whose columns are as wide as their widest cell. If it does not fit the terminal, optional
 * columns are left out, the least important first.
 */
public final class TextTable {
  private static final String GAP = "  ";

  private final List<Column> columns;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * A column.
   *
   * @param rank 0 for one that is always there; of the others the highest is left out first
   */
  public record Column(String title, boolean isRight, int rank) {
    public static Column left(String title) {
      return new Column(title, false, 0);
    }

    public static Column right(String title) {
      return new Column(title, true, 0);
    }

    /** May be left out where there is no room for it. */
    public Column ifRoom(int droppedAs) {
      return new Column(title, isRight, droppedAs);
    }
  }

  public TextTable(Column... columns) {
    this.columns = List.of(columns);
  }

  /** A row, with a cell for each column. */
  public void add(String... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(
          cells.length + " cells for " + columns.size() + " columns");
    }
    rows.add(List.of(cells));
  }

  /** The header and the rows. */
  public List<String> lines(int width) {
    int[] widths =
        IntStream.range(0, columns.size())
            .map(
                i ->
                    rows.stream()
                        .mapToInt(row -> row.get(i).length())
                        .reduce(columns.get(i).title().length(), Math::max))
            .toArray();
    List<Integer> shown = new ArrayList<>(IntStream.range(0, columns.size()).boxed().toList());
    while (total(widths, shown) > width) {
      Optional<Integer> least =
          shown.stream()
              .filter(i -> columns.get(i).rank() > 0)
              .max(Comparator.comparingInt(i -> columns.get(i).rank()));
      if (least.isEmpty()) {
        break;
      }
      shown.remove(least.get());
    }
    List<String> lines = new ArrayList<>();
    lines.add(line(columns.stream().map(Column::title).toList(), widths, shown));
    rows.forEach(row -> lines.add(line(row, widths, shown)));
    return lines;
  }

  private static int total(int[] widths, List<Integer> shown) {
    return shown.stream().mapToInt(i -> widths[i]).sum() + GAP.length() * (shown.size() - 1);
  }

  private String line(List<String> cells, int[] widths, List<Integer> shown) {
    StringBuilder line = new StringBuilder();
    for (int i : shown) {
      String padding = " ".repeat(widths[i] - cells.get(i).length());
      line.append(line.isEmpty() && i == shown.getFirst() ? "" : GAP);
      line.append(columns.get(i).isRight() ? padding + cells.get(i) : cells.get(i) + padding);
    }
    return line.toString().stripTrailing();
  }
}
