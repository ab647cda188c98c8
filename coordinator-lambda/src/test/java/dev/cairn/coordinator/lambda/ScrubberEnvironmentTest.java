package dev.cairn.coordinator.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.deployment.Environment;
import dev.cairn.id.JobId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScrubberEnvironmentTest {
  private final Map<String, String> variables =
      new HashMap<>(
          Map.of(
              "CAIRN_JOB",
              "orders",
              "CAIRN_TABLE",
              "cairn",
              "EXECUTION_CHECKPOINTING_DIR",
              "s3://bucket/team"));

  @Test
  void onceADayUnlessItIsTold() {
    assertThat(read().job()).isEqualTo(new JobId("orders"));
    assertThat(read().table()).isEqualTo("cairn");
    assertThat(read().settings().checkpointDirectory()).contains("s3://bucket/team");
    assertThat(read().interval()).isEqualTo(Duration.ofDays(1));
    variables.put("CAIRN_SCRUB_INTERVAL", "6 h");
    assertThat(read().interval()).isEqualTo(Duration.ofHours(6));
  }

  @Test
  void whatItCannotUseIsNamed() {
    variables.put("CAIRN_SCRUB_INTERVAL", "often");
    assertThatThrownBy(this::read).hasMessageContaining("CAIRN_SCRUB_INTERVAL cannot be \"often\"");
    variables.put("CAIRN_SCRUB_INTERVAL", "0");
    assertThatThrownBy(this::read)
        .hasMessageContaining("CAIRN_SCRUB_INTERVAL cannot be \"0\": a scrubber that is there")
        .hasMessageContaining("deploy none where there are to be none");
    variables.put("CAIRN_SCRUB_INTERVAL", "90 s");
    assertThatThrownBy(this::read).hasMessageContaining("whole minutes from 5 on");
    variables.remove("CAIRN_SCRUB_INTERVAL");
    variables.put("CAIRN_STORAGE", "s3://other");
    assertThatThrownBy(this::read)
        .hasMessage(
            "environment variable CAIRN_STORAGE sets the job's storage to s3://other, and the"
                + " settings say s3://bucket/team: leave CAIRN_STORAGE out, and set"
                + " EXECUTION_CHECKPOINTING_DIR to where the files are");
  }

  private ScrubberEnvironment read() {
    return ScrubberEnvironment.read(new Environment(variables));
  }
}
