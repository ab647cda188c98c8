package dev.cairn.cdk;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import software.amazon.awscdk.Stage;
import software.amazon.awscdk.services.lambda.Code;
import software.constructs.Construct;

/** The coordinator's code, which this jar contains. */
final class CoordinatorCode {
  static final String HANDLER = "dev.cairn.coordinator.lambda.CoordinatorHandler";
  static final String SCRUBBER = "dev.cairn.coordinator.lambda.ScrubberHandler";
  static final String RESOURCE = "coordinator-function.zip";

  private CoordinatorCode() {}

  /**
   * An asset of the function's zip, named by its content: the same coordinator is the same asset in
   * every build.
   */
  static Code asset(Construct scope) {
    try (InputStream zip = CoordinatorCode.class.getResourceAsStream(RESOURCE)) {
      if (zip == null) {
        throw new IllegalStateException(
            "the coordinator's function is not in this build of cairn-cdk: Maven adds it from the"
                + " phase package of cairn-coordinator on; build with: mvn -Dquick -DskipTests"
                + " package");
      }
      // The file lies beside the CDK's own asset copies, which are removed with it.
      Path folder =
          Files.createDirectories(Path.of(Stage.of(scope).getOutdir(), "cairn-coordinator"));
      Path file = folder.resolve(RESOURCE);
      Files.copy(zip, file, StandardCopyOption.REPLACE_EXISTING);
      return Code.fromAsset(file.toString());
    } catch (IOException e) {
      throw new UncheckedIOException("the coordinator's function cannot be unpacked", e);
    }
  }
}
