package dev.cairn.coordinator.checkpointing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.command.CommandText;
import dev.cairn.command.InvalidCommandException;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.Options;
import dev.cairn.settings.SettingSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which commands need a place for a savepoint, and what is said where there is none. */
class SavepointPlaceTest {
  private static final CheckpointSettings NOWHERE = CheckpointSettings.DEFAULTS;
  private static final CheckpointSettings SOMEWHERE =
      new CheckpointSettings(
          Configuration.DEFAULTS.with(
              Options.SAVEPOINT_DIRECTORY,
              Optional.of("s3://kept/savepoints"),
              SettingSource.ITEM));

  @ParameterizedTest
  @ValueSource(strings = {"savepoint", "savepoint before-upgrade", "stop", "stop before-upgrade"})
  void aSavepointNeedsAPlaceOutsideOfATable(String command) throws InvalidCommandException {
    assertThat(refusal(command, NOWHERE, false))
        .hasValueSatisfying(
            reason ->
                assertThat(reason)
                    .startsWith("there is no directory for a savepoint: the job's checkpoints are")
                    .contains("set execution.checkpointing.savepoint-dir, such as to s3://"));
    assertThat(refusal(command, SOMEWHERE, false)).isEmpty();
    assertThat(refusal(command, NOWHERE, true)).isEmpty();
  }

  @Test
  void aJobThatCannotStopIsToldThatItCanBeCancelled() throws InvalidCommandException {
    assertThat(refusal("stop", NOWHERE, false))
        .hasValueSatisfying(reason -> assertThat(reason).contains("or cancel the job"));
    assertThat(refusal("savepoint", NOWHERE, false))
        .hasValueSatisfying(reason -> assertThat(reason).doesNotContain("cancel"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "checkpoint",
        "cancel",
        "resume",
        "restore 7",
        "restore latest",
        "undo",
        "dispose 7"
      })
  void nothingElseNeedsOne(String command) throws InvalidCommandException {
    assertThat(refusal(command, NOWHERE, false)).isEmpty();
  }

  private static Optional<String> refusal(
      String command, CheckpointSettings settings, boolean besideCheckpoints)
      throws InvalidCommandException {
    return SavepointPlace.refusal(CommandText.parse(command), settings, besideCheckpoints);
  }
}
