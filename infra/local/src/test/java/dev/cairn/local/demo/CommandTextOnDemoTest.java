package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cairn.cli.CliEnvironment;
import dev.cairn.cli.ExitCode;
import dev.cairn.cli.output.Terminal;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is typed wrongly, help, and the width of the text. */
class CommandTextOnDemoTest extends CommandsOnDemo {
  @Test
  void whatIsNoCheckpointsIdIsRefusedBeforeAnybodyIsAsked(@TempDir Path elsewhere) {
    for (String[] command :
        List.of(
            new String[] {"restore", "seven"},
            new String[] {"verify", "0"},
            new String[] {"export", "--to", "/tmp/x", "last"},
            new String[] {"checkpoints", "-1"},
            new String[] {"state", "N7", "--checkpoint", "7.5"})) {
      Answer refused = cairnAt(elsewhere, command);
      assertThat(refused.exitCode()).isEqualTo(ExitCode.UNUSABLE);
      assertThat(refused.err())
          .contains(command[command.length - 1])
          .doesNotContain("no demo runs");
    }
    assertThat(cairnAt(elsewhere, "restore", "seven").err())
        .isEqualTo(
            "cairn: \"seven\" is not a checkpoint id: give a whole number, such as 7, or"
                + " \"latest\", or the path of a _metadata file\n");
  }

  /** How many checkpoints the demo takes depends on the machine; further ones subsume the first. */
  private static String subsumed() throws IOException {
    while (true) {
      for (JsonNode checkpoint : cairn("checkpoints", "--json").json().get("checkpoints")) {
        if (checkpoint.get("status").asText().equals("SUBSUMED")) {
          return checkpoint.get("id").asText();
        }
      }
      assertThat(cairn("checkpoint").exitCode()).isEqualTo(ExitCode.OK);
    }
  }

  @Test
  void whatIsUnknownOrMeantWronglyIsSaidPlainly() throws IOException {
    assertFails(ExitCode.NO, "checkpoint 9999 of job flights is unknown", "checkpoints", "9999");
    String subsumed = subsumed();
    assertFails(ExitCode.NO, "checkpoint " + subsumed + " is SUBSUMED", "verify", subsumed);
    assertFails(ExitCode.UNUSABLE, "\"x\" is not a checkpoint's id", "verify", "x");
    assertFails(
        ExitCode.UNUSABLE, "\"0\" is not a checkpoint's id", "state", "N7", "--checkpoint", "0");
    assertFails(
        ExitCode.UNUSABLE, "there is no job other in the table", "checkpoints", "--job", "other");
    assertFails(
        ExitCode.UNUSABLE, "job id \"a/b\" is not a valid name", "checkpoints", "--job", "a/b");
    assertFails(
        ExitCode.UNUSABLE,
        "there is no such table",
        "checkpoints",
        "--endpoint",
        demo.endpoint().toString(),
        "--table",
        "none",
        "--job",
        "flights");
    assertFails(
        ExitCode.UNUSABLE,
        "--storage is needed",
        "state",
        "N7",
        "--endpoint",
        demo.endpoint().toString(),
        "--table",
        "cairn",
        "--job",
        "flights");
    assertFails(
        ExitCode.UNUSABLE,
        "cairn: --timeout: \"banana\" is not a duration: write a whole number and one of",
        "restore",
        "1",
        "--timeout",
        "banana");
    assertFails(
        ExitCode.UNUSABLE,
        "cairn: --seed: \"x\" is not a whole number: write digits",
        "demo",
        "--seed",
        "x");
    assertFails(ExitCode.UNUSABLE, "See: cairn restore --help", "restore", "1", "--what");
    assertFails(ExitCode.UNUSABLE, "names no bucket", "state", "N7", "--storage", "s3://");
    assertFails(ExitCode.UNUSABLE, "Missing required parameter", "restore");
    assertFails(ExitCode.UNUSABLE, "Name a command");
    assertFails(ExitCode.UNUSABLE, "a demo runs already", "demo");
  }

  private static final Terminal NARROW =
      Terminal.plain(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8))
          .narrowedTo(80);

  /** A word that is longer than a line, such as a path, stays whole on a line of its own. */
  private static void assertFits(String text) {
    assertThat(text.lines().filter(line -> line.length() > 80 && line.strip().contains(" ")))
        .isEmpty();
  }

  @Test
  void noLineForPeopleIsWiderThanEightyColumns() throws IOException {
    String checkpoint = latest();
    for (List<String> command :
        List.of(
            List.of("status"),
            List.of("shards"),
            List.of("tail", "--for", "1s"),
            List.of("job"),
            List.of("checkpoints"),
            List.of("checkpoints", checkpoint),
            List.of("history"),
            List.of("verify", checkpoint),
            List.of("gc"),
            List.of("gc", "--explain", "flights/chk-" + checkpoint + "/_metadata"),
            List.of("state", "N7"),
            List.of("export", checkpoint, "--to", demo.home().resolve("narrow").toString()),
            List.of("restore", checkpoint, "--dry-run"),
            List.of("restore", "9999", "--dry-run"),
            List.of("undo", "--dry-run"),
            List.of("feed", "none.csv", "--key", "tail"),
            List.of("help"),
            List.of("help", "restore"),
            List.of("checkpoints", "--job", "other"),
            List.of("checkpoints", "--jbo", "other"),
            List.<String>of())) {
      Answer answer =
          cairnOn(
              NARROW, new CliEnvironment(demo.home(), Map.of()), command.toArray(new String[0]));
      assertFits(answer.out());
      assertFits(answer.err());
      // Users copy a hash key into a command of AWS's.
      assertThat((answer.out() + answer.err()).replaceAll("starting\\s+hash key of \\d+", ""))
          .as("%s", command)
          .doesNotContainPattern("\\d{30}");
    }
  }

  @Test
  void helpIsThereInEachOfItsForms() {
    assertThat(cairn("help").out()).contains("Usage: cairn", "checkpoints", "Begin with:");
    assertThat(cairn("help", "state").out()).contains("Usage: cairn state");
    for (String command : List.of("cost", "savepoint", "gc", "job", "history")) {
      assertThat(cairn(command, "--help").exitCode()).isZero();
      assertThat(cairn(command, "--help").out()).contains("Usage: cairn " + command);
    }
    assertThat(cairn("help", "nothing").exitCode()).isEqualTo(ExitCode.UNUSABLE);
  }

  @Test
  void aSlipIsAnsweredWithOneSuggestion() {
    assertThat(cairn("statsu").err())
        .isEqualTo(
            "cairn: there is no command \"statsu\": did you mean status?\nSee: cairn help\n");
    assertThat(cairn("frobnicate").err())
        .isEqualTo("cairn: there is no command \"frobnicate\"\nSee: cairn help\n");
    assertThat(cairn("unfork", "trial").err())
        .startsWith("cairn: there is no command \"unfork\": write cairn fork --release JOB\n");
    assertThat(cairn("status", "--table", "t", "--job", "x").err())
        .startsWith("cairn: \"t\" is not a table's name: ")
        .contains("--table");
    assertThat(cairn("help", "statsu").err())
        .isEqualTo(
            "cairn: there is no command \"statsu\": did you mean status?\nSee: cairn help\n");
    assertThat(cairn("state").err())
        .startsWith("cairn: Missing required argument (specify one of these): (KEY | --all)\n");
    assertThat(cairn("cost", "--stretch", "0s").err())
        .contains("at least two checkpoints and two batches (--stretch)");
    assertThat(cairn("status", "--jsn").err())
        .isEqualTo(
            "cairn: cairn status has no option --jsn: did you mean --json?\n"
                + "See: cairn status --help\n");
    assertThat(cairn("state", "N7", "N8").err())
        .startsWith("cairn: cairn state does not take \"N8\": it is one argument too many\n");
    assertThat(cairn("statsu").exitCode()).isEqualTo(ExitCode.UNUSABLE);
  }

  @Test
  void operandsAreJudgedAndQuotedWhole() {
    assertThat(cairn("dispose", "latest").err())
        .startsWith(
            "cairn: \"latest\" is not a checkpoint's id: give a whole number from 1, such as 7\n");
    assertThat(cairn("savepoint", "bad name/ü").err())
        .startsWith(
            "cairn: \"bad name/ü\" cannot name a savepoint: a name is one word, without blanks\n");
    assertThat(cairn("savepoint", "ü").err()).startsWith("cairn: \"ü\" cannot name a savepoint: ");
    assertThat(cairn("fork", "7", "--as", "a b").err())
        .startsWith("cairn: \"a b\" cannot name a job: ");
    assertThat(cairn("restore", "s3://b/my savepoint").err())
        .startsWith("cairn: \"s3://b/my savepoint\" cannot be restored: ");
  }

  @Test
  void countsAreValidatedByName() {
    assertFails(ExitCode.UNUSABLE, "(--shards)", "cost", "--shards", "0");
    assertFails(ExitCode.UNUSABLE, "(--keys)", "cost", "--keys", "0");
    assertFails(ExitCode.UNUSABLE, "--limit must be 1 or more, not 0", "history", "--limit", "0");
  }

  @Test
  void withJsonAnErrorIsAnObjectWhereTheAnswerWouldBe() throws IOException {
    Answer unknown = cairn("verify", "9999", "--json");
    assertThat(unknown.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(unknown.err()).isEmpty();
    assertThat(unknown.json().at("/error/message").asText())
        .contains("checkpoint 9999 of job flights is unknown");
    assertThat(unknown.json().at("/error/exitCode").asInt()).isEqualTo(ExitCode.NO);

    Answer typed = cairn("restore", "1", "--timeout", "banana", "--json");
    assertThat(typed.exitCode()).isEqualTo(ExitCode.UNUSABLE);
    assertThat(typed.json().at("/error/option").asText()).isEqualTo("--timeout");
    assertThat(typed.json().at("/error/next").asText()).isEqualTo("See: cairn restore --help");
    assertThat(cairn("statsu", "--json").json().at("/error/message").asText())
        .contains("did you mean status?");
    Answer table =
        cairn(
            "status",
            "--json",
            "--endpoint",
            demo.endpoint().toString(),
            "--table",
            "none",
            "--job",
            "flights");
    assertThat(table.json().at("/error/message").asText()).contains("there is no such table");
  }

  @Test
  void versionAndHelpAreThere() {
    assertThat(cairn("--version").out()).contains("cairn ", "Java ");
    for (String command :
        List.of(
            "demo",
            "status",
            "tail",
            "feed",
            "checkpoints",
            "restore",
            "state",
            "verify",
            "export")) {
      Answer help = cairn(command, "--help");
      assertThat(help.exitCode()).isZero();
      assertThat(help.out()).contains("Usage: cairn " + command);
    }
  }
}
