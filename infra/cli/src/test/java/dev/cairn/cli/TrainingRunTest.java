package dev.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingRunTest {
  /** A run that fails would leave the classes that read a table out of the archive. */
  @Test
  void commandsReadTheTableOfTheTrainingRun() throws Exception {
    Process run =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    TrainingRun.class.getName()))
            .redirectErrorStream(true)
            .start();
    String told = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(run.waitFor()).as(told).isZero();
    assertThat(told).contains("10  COMPLETED", "Nothing is wrong.");
  }
}
