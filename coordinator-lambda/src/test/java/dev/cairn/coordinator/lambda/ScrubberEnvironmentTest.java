package dev.cairn.coordinator.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.deployment.Environment;
import dev.cairn.id.JobId;
import dev.cairn.s3.S3Location;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScrubberEnvironmentTest {
  private final Map<String, String> variables =
      new HashMap<>(
          Map.of(
              "CAIRN_JOB", "orders", "CAIRN_TABLE", "cairn", "CAIRN_STORAGE", "s3://bucket/team"));

  @Test
  void onceADayUnlessItIsTold() {
    assertThat(read())
        .isEqualTo(
            new ScrubberEnvironment(
                new JobId("orders"),
                "cairn",
                S3Location.parse("s3://bucket/team"),
                Duration.ofDays(1)));
    variables.put("CAIRN_SCRUB_INTERVAL", "6 h");
    assertThat(read().interval()).isEqualTo(Duration.ofHours(6));
  }

  @Test
  void whatItCannotUseIsNamed() {
    variables.put("CAIRN_SCRUB_INTERVAL", "often");
    assertThatThrownBy(this::read).hasMessageContaining("CAIRN_SCRUB_INTERVAL cannot be \"often\"");
    variables.remove("CAIRN_STORAGE");
    assertThatThrownBy(this::read).hasMessageContaining("CAIRN_STORAGE is not set");
  }

  private ScrubberEnvironment read() {
    return ScrubberEnvironment.read(new Environment(variables));
  }
}
