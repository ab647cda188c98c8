package dev.cairn.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.Options;
import dev.cairn.settings.SettingSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistrationTest {

  @ParameterizedTest(name = "{1} where {0} is registered: {2}")
  @CsvSource({
    "11,      12,      true",
    "12,      11,      false",
    "9,       10,      true",
    "12,      12,      true",
    // these have no order: whoever comes later counts
    "12,      $LATEST, true",
    "$LATEST, 12,      true",
    "$LATEST, $LATEST, true"
  })
  void anOlderVersionDoesNotReplaceANewerOne(String there, String here, boolean replaces) {
    assertThat(registration(here, 3).replaces(registration(there, 2))).isEqualTo(replaces);
  }

  @Test
  void theSameIsNotWrittenAgain() {
    assertThat(registration("12", 3).replaces(registration("12", 3))).isFalse();
    assertThat(registration("$LATEST", 3).replaces(registration("$LATEST", 3))).isFalse();
  }

  @Test
  void aNewerVersionIsKnownAsSuchEvenIfItSaysTheSame() {
    assertThat(registration("13", 3).replaces(registration("12", 3))).isTrue();
  }

  private static Registration registration(String version, int retained) {
    return new Registration(
        new JobId("orders"),
        new StageId("main"),
        new CodeVersion(version),
        Configuration.DEFAULTS.with(Options.NUM_RETAINED, retained, SettingSource.CODE),
        List.of(),
        Optional.of("s3://bucket"));
  }
}
