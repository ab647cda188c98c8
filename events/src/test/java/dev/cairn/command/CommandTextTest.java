package dev.cairn.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.command.Command.Options;
import dev.cairn.command.Command.StartsAt;
import dev.cairn.command.Command.Target;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.SavepointName;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of texts → commands, and of texts that are none → what is said of them. */
class CommandTextTest {

  /**
   * @param typed what a user types
   * @param printed the shortest text that means the same
   */
  private record Meaning(String typed, Command command, String printed) {
    @Override
    public String toString() {
      return typed;
    }
  }

  static Stream<Meaning> meanings() {
    Optional<SavepointName> named = Optional.of(new SavepointName("before-upgrade"));
    Target seven = new Target.Id(new CheckpointId(7));
    Instant two = Instant.parse("2026-11-21T14:00:00Z");
    return Stream.of(
        same("checkpoint", new Command.Checkpoint()),
        new Meaning("  CheckPoint\n", new Command.Checkpoint(), "checkpoint"),
        same("savepoint", new Command.Savepoint(Optional.empty())),
        same("savepoint before-upgrade", new Command.Savepoint(named)),
        same("stop", new Command.Stop(Optional.empty())),
        same("stop before-upgrade", new Command.Stop(named)),
        same("cancel", new Command.Cancel(Optional.empty())),
        same("cancel --retain", new Command.Cancel(Optional.of(false))),
        same("cancel --delete", new Command.Cancel(Optional.of(true))),
        same("resume", new Command.Resume(false)),
        same("resume --accept-gap", new Command.Resume(true)),
        same("undo", new Command.Undo()),
        same("dispose 7", new Command.Dispose(new CheckpointId(7))),
        same("fork 7 trial", new Command.Fork(new CheckpointId(7), new JobId("trial"))),
        same("pin 7", new Command.Pin(new CheckpointId(7))),
        same("unpin 7", new Command.Unpin(new CheckpointId(7))),
        same("unfork trial", new Command.Unfork(new JobId("trial"))),
        same("upgrade", new Command.Upgrade(Optional.empty())),
        same("upgrade 2", new Command.Upgrade(Optional.of(2L))),
        same("restore 7", new Command.Restore(seven, Options.NONE)),
        same("restore latest", new Command.Restore(new Target.Latest(), Options.NONE)),
        new Meaning(
            "restore LATEST --claim-mode no_claim --positions SAME",
            new Command.Restore(
                new Target.Latest(),
                new Options(
                    ClaimMode.NO_CLAIM, false, false, Optional.of(new StartsAt.SameStream()))),
            "restore latest --positions same"),
        same(
            "restore s3://bucket/savepoints/orders/savepoint-7/_metadata",
            new Command.Restore(
                new Target.Path("s3://bucket/savepoints/orders/savepoint-7/_metadata"),
                Options.NONE)),
        same(
            "restore 7 --claim-mode CLAIM --allow-non-restored-state --accept-gap --positions"
                + " horizon",
            new Command.Restore(
                seven,
                new Options(ClaimMode.CLAIM, true, true, Optional.of(new StartsAt.Horizon())))),
        new Meaning(
            "restore 7 --accept-gap   --positions=horizon --allow-non-restored-state"
                + " --claim-mode=claim",
            new Command.Restore(
                seven,
                new Options(ClaimMode.CLAIM, true, true, Optional.of(new StartsAt.Horizon()))),
            "restore 7 --claim-mode CLAIM --allow-non-restored-state --accept-gap --positions"
                + " horizon"),
        same(
            "restore chk/7 --positions 2026-11-21T14:00:00Z",
            new Command.Restore(
                new Target.Path("chk/7"),
                new Options(
                    ClaimMode.NO_CLAIM, false, false, Optional.of(new StartsAt.Timestamp(two))))));
  }

  private static Meaning same(String text, Command command) {
    return new Meaning(text, command, text);
  }

  @ParameterizedTest
  @MethodSource("meanings")
  void aTextMeansItsCommandAndACommandIsPrintedSoThatItMeansItself(Meaning row)
      throws InvalidCommandException {
    assertThat(CommandText.parse(row.typed)).isEqualTo(row.command);
    assertThat(CommandText.print(row.command)).isEqualTo(row.printed);
    assertThat(CommandText.parse(row.printed)).isEqualTo(row.command);
  }

  /** A text, and what is said of it. */
  private record Mistake(String typed, String... said) {
    @Override
    public String toString() {
      return "\"" + typed + "\"";
    }
  }

  static Stream<Mistake> mistakes() {
    return Stream.of(
        new Mistake("", "should name a command", "for example: restore 7"),
        new Mistake("  \t ", "should name a command"),
        new Mistake("--force", "should name a command"),
        new Mistake(
            "snapshot",
            "\"snapshot\" is not a command",
            "the commands are checkpoint, savepoint, stop, cancel, resume, restore, undo, dispose,"
                + " pin, unpin, fork, unfork, upgrade and accept-gap"),
        new Mistake("x\u001b[31m", "\"x?[31m\" is not a command"),
        new Mistake("x".repeat(99), "\"" + "x".repeat(60) + "…\" is not a command"),
        new Mistake("checkpoint 7", "\"checkpoint\" does not take \"7\""),
        new Mistake("resume --now", "\"resume\" does not take \"--now\""),
        new Mistake("undo 3 4", "\"undo\" does not take \"3 4\""),
        new Mistake("savepoint a b", "\"savepoint\" does not take \"b\""),
        new Mistake("savepoint ../x", "\"../x\" cannot name a savepoint", "savepoint name"),
        new Mistake("stop a/b", "\"a/b\" cannot name a savepoint"),
        new Mistake("cancel --retain --delete", "--retain or --delete, not both"),
        new Mistake("cancel everything", "\"cancel\" does not take \"everything\""),
        new Mistake("dispose", "should name a checkpoint's id"),
        new Mistake("fork 7", "should name the new job's name"),
        new Mistake("fork 7 savepoints", "\"savepoints\" cannot name a job"),
        new Mistake("unfork", "should name the fork's name"),
        new Mistake("upgrade soon", "\"soon\" is no format: give its number, such as 2"),
        new Mistake("dispose latest", "\"latest\" is not a checkpoint id"),
        new Mistake("dispose 0", "\"0\" is not a checkpoint id"),
        new Mistake("restore", "should name what to restore"),
        new Mistake("restore --accept-gap", "should name what to restore"),
        new Mistake(
            "restore seven",
            "\"seven\" is not a checkpoint id",
            "a whole number, such as 7, or \"latest\", or the path of a _metadata file"),
        new Mistake("restore 7 8", "\"restore\" does not take \"8\""),
        new Mistake("restore 7 --claim-mode", "--claim-mode needs a value"),
        new Mistake(
            "restore 7 --claim-mode LEGACY",
            "--claim-mode LEGACY does not exist here",
            "use NO_CLAIM",
            "or CLAIM"),
        new Mistake("restore 7 --claim-mode mine", "is NO_CLAIM or CLAIM, not \"mine\""),
        new Mistake(
            "restore 7 --positions noon",
            "--positions is same, horizon, or a time such as 2026-11-21T14:00:00Z, not \"noon\""),
        new Mistake("restore 7 --positions", "--positions needs a value"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void whatIsNoCommandIsToldWhatIsWrongAndWhatIsRight(Mistake row) {
    assertThatThrownBy(() -> CommandText.parse(row.typed))
        .isInstanceOf(InvalidCommandException.class)
        .satisfies(refused -> assertThat(refused.getMessage()).contains(row.said));
  }

  /** It ends in a terminal, and in an item of 400 KB. */
  @Test
  void aMessageIsShortAndPlainWhateverWasTyped() {
    String lengthy = "\u0007" + "y".repeat(10_000);
    for (String typed :
        new String[] {
          lengthy,
          "savepoint " + lengthy,
          "dispose " + lengthy,
          "restore " + lengthy,
          "undo " + lengthy,
          "restore 7 --claim-mode " + lengthy,
          "restore 7 --positions " + lengthy
        }) {
      assertThatThrownBy(() -> CommandText.parse(typed))
          .isInstanceOf(InvalidCommandException.class)
          .satisfies(
              refused ->
                  assertThat(refused.getMessage()).hasSizeLessThan(400).doesNotContain("\u0007"));
    }
  }
}
