package dev.cairn.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.task.ports.TaskSettings;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FailurePolicyTest {

  @Test
  void policiesAreThoseThatTheTaskKnows() {
    assertThat(Arrays.stream(FailurePolicy.values()).map(Enum::name))
        .containsExactlyElementsOf(
            Arrays.stream(TaskSettings.FailurePolicy.values()).map(Enum::name).toList());
  }
}
