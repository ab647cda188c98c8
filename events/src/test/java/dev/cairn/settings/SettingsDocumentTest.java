package dev.cairn.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of docs/settings.md say what the catalogue says. */
class SettingsDocumentTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "settings.md");

  @Test
  void everySettingHasItsRow() throws IOException {
    List<List<String>> rows = rowsAfter("## All settings");

    assertThat(rows.stream().map(row -> without(3, row)))
        .as("without the column that says why")
        .containsExactlyElementsOf(Options.all().stream().map(SettingsDocumentTest::row).toList());
    assertThat(rows).allSatisfy(row -> assertThat(row.get(3)).as(row.getFirst()).isNotBlank());
  }

  private static List<String> row(Option<?> option) {
    return List.of(
        code(option.name()),
        option.meaning(),
        option.defaultText().isEmpty() ? "none" : code(option.defaultText()),
        option.flinkDefault(),
        option.places().size() == SettingSource.values().length
            ? "anywhere"
            : option.places().stream()
                .map(place -> place == SettingSource.ENVIRONMENT ? "env" : place.name())
                .map(place -> place.toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", ")),
        codes(option.oldNames()));
  }

  @Test
  void everythingThatIsRefusedHasItsRow() throws IOException {
    assertThat(rowsAfter("## What Flink has and Cairn does not"))
        .containsExactlyElementsOf(
            ForeignOption.all().stream().map(SettingsDocumentTest::row).toList());
  }

  private static List<String> row(ForeignOption foreign) {
    return List.of(
        codes(foreign.names()),
        foreign.taken().contains("*")
            ? "any value"
            : codes(foreign.taken().stream().sorted().toList()),
        foreign.meaning(),
        foreign.instead());
  }

  private static String codes(List<String> texts) {
    return texts.stream().map(SettingsDocumentTest::code).collect(Collectors.joining(" "));
  }

  private static String code(String text) {
    return "`" + text + "`";
  }

  private static List<String> without(int column, List<String> row) {
    return Stream.concat(
            row.subList(0, column).stream(), row.subList(column + 1, row.size()).stream())
        .toList();
  }

  /** The cells of the first table after a heading, without its two first lines. */
  private static List<List<String>> rowsAfter(String heading) throws IOException {
    return Files.readAllLines(DOCUMENT).stream()
        .dropWhile(line -> !line.equals(heading))
        .dropWhile(line -> !line.startsWith("|"))
        .takeWhile(line -> line.startsWith("|"))
        .skip(2)
        .map(line -> Stream.of(line.split("\\|", -1)).map(String::strip).toList())
        .map(cells -> cells.subList(1, cells.size() - 1))
        .toList();
  }
}
