package dev.cairn.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.cli.Cairn;
import dev.cairn.cli.CliEnvironment;
import dev.cairn.cli.ExitCode;
import dev.cairn.cli.output.Terminal;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** {@code cairn simulate}, as this module adds it to the command line. */
class SimulateCommandTest {
  private static final Terminal NARROW =
      Terminal.plain(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8))
          .narrowedTo(80);

  private record Answer(int exitCode, String out, String err) {}

  private static Answer cairn(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commands =
        Cairn.commands(new CliEnvironment(Path.of("").toAbsolutePath(), Map.of()), NARROW);
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int exitCode = commands.execute(arguments);
    return new Answer(exitCode, out.toString(), err.toString());
  }

  @Test
  void theCommandLineHasTheCommand() {
    assertThat(cairn("help").out()).contains("  simulate ");
    assertThat(cairn("simulate", "--help").out()).contains("Usage: cairn simulate");
  }

  @Test
  void aSeedIsRunAndItsLinesFitTheTerminal() {
    Answer answer = cairn("simulate", "--seed", "1");
    assertThat(answer.exitCode()).as(answer.err()).isZero();
    assertThat(answer.out()).contains("every invariant held");
    assertThat(answer.out().lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void seedsAndCountsAreValidatedByName() {
    assertFails("--seed is 0 or more, not -1", "--seed", "-1");
    assertFails("--seeds is 1 or more, not 0", "--seeds", "0");
    assertFails("--threads is 1 or more", "--threads", "0");
    assertFails(
        "--seed runs one seed and --seeds several: give one of the two",
        "--seed",
        "5",
        "--seeds",
        "3");
    assertFails("give --seed or --first", "--seed", "5", "--first", "3");
    assertFails("name it (--seed N)", "--trace");
  }

  private static void assertFails(String message, String... options) {
    String[] arguments = new String[options.length + 1];
    arguments[0] = "simulate";
    System.arraycopy(options, 0, arguments, 1, options.length);
    Answer answer = cairn(arguments);
    assertThat(answer.err()).contains(message).doesNotContain("\tat ");
    assertThat(answer.exitCode()).isEqualTo(ExitCode.UNUSABLE);
  }
}
