package dev.cairn.local.cost;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** docs/cost.md shows what {@code cairn cost --markdown} prints. */
class DocumentedCostTest {
  private static final Pattern NUMBER = Pattern.compile("\\d[\\d,]*(\\.\\d+)?");

  // Another zlib may compress a run to a few bytes more or less.
  private static final Percentage ROUNDING = Percentage.withPercentage(5);

  @Test
  void theDocumentHasTheTableThatTheCommandPrints() throws IOException {
    String printed = printed();
    String documented = documented();

    assertThat(shape(documented))
        .as("docs/cost.md between the cost comments; put there what ./cairn cost --markdown prints")
        .isEqualTo(shape(printed));
    List<Double> expected = numbers(printed);
    List<Double> found = numbers(documented);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i))
          .as("number %d in docs/cost.md between the cost comments", i + 1)
          .isCloseTo(expected.get(i), ROUNDING);
    }
  }

  private static String printed() {
    StringWriter out = new StringWriter();
    int exitCode =
        new CommandLine(new CostCommand()).setOut(new PrintWriter(out)).execute("--markdown");
    assertThat(exitCode).isZero();
    return out.toString().strip();
  }

  private static String documented() throws IOException {
    String document = Files.readString(Path.of("../../docs/cost.md"));
    int from = document.indexOf("<!-- cost -->");
    int to = document.indexOf("<!-- /cost -->");
    assertThat(from).as("<!-- cost --> in docs/cost.md").isNotNegative();
    assertThat(to).as("<!-- /cost --> in docs/cost.md").isGreaterThan(from);
    return document.substring(from + "<!-- cost -->".length(), to).strip();
  }

  private static String shape(String text) {
    return NUMBER.matcher(text).replaceAll("#");
  }

  private static List<Double> numbers(String text) {
    return NUMBER
        .matcher(text)
        .results()
        .map(number -> Double.parseDouble(number.group().replace(",", "")))
        .toList();
  }
}
