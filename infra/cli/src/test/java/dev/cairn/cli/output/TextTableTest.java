package dev.cairn.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.cli.output.TextTable.Column;
import org.junit.jupiter.api.Test;

class TextTableTest {
  private final TextTable table =
      new TextTable(
          Column.left("SUBTASK"),
          Column.right("REVISION").ifRoom(2),
          Column.right("+BASE").ifRoom(3),
          Column.right("LAG"),
          Column.left("POSITION").ifRoom(1));

  TextTableTest() {
    table.add("delays/0", "1,234", "7", "none", "after 49");
    table.add("delays/shardId-1", "5", "12", "340 ms", "");
  }

  @Test
  void everyColumnIsAsWideAsItsWidestCellAndNoLineEndsInBlanks() {
    assertThat(table.lines(80))
        .containsExactly(
            "SUBTASK           REVISION  +BASE     LAG  POSITION",
            "delays/0             1,234      7    none  after 49",
            "delays/shardId-1         5     12  340 ms");
  }

  @Test
  void aTableThatFitsExactlyIsWhole() {
    assertThat(table.lines(51)).first().asString().hasSize(51).endsWith("POSITION");
  }

  @Test
  void optionalColumnsAreLeftOutFromTheHighestRankUntilTheOthersFit() {
    assertThat(table.lines(50)).first().isEqualTo("SUBTASK           REVISION     LAG  POSITION");
    assertThat(table.lines(44)).first().isEqualTo("SUBTASK           REVISION     LAG  POSITION");
    assertThat(table.lines(43)).first().isEqualTo("SUBTASK              LAG  POSITION");
    assertThat(table.lines(33))
        .containsExactly(
            "SUBTASK              LAG", "delays/0            none", "delays/shardId-1  340 ms");
  }

  @Test
  void theOtherColumnsStayWholeEvenIfTheyAreWiderThanTheTerminal() {
    assertThat(table.lines(10)).isEqualTo(table.lines(33));
  }

  @Test
  void aLongCellIsNotBroken() {
    TextTable wide = new TextTable(Column.left("PATH"), Column.right("SIZE"));
    String path = "s3://bucket/a path  with blanks/" + "x".repeat(200);
    wide.add(path, "1 B");
    wide.add("", "20 B");
    assertThat(wide.lines(80))
        .containsExactly(
            "PATH" + " ".repeat(path.length() - 4) + "  SIZE",
            path + "   1 B",
            " ".repeat(path.length()) + "  20 B");
  }

  @Test
  void withoutRowsThereIsTheHeader() {
    assertThat(new TextTable(Column.left("A"), Column.right("B")).lines(80))
        .containsExactly("A  B");
  }

  @Test
  void aRowHasACellForEveryColumn() {
    assertThatThrownBy(() -> table.add("delays/0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 cells for 5 columns");
  }
}
