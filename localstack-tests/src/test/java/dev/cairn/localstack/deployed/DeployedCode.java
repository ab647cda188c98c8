package dev.cairn.localstack.deployed;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;

/** The code that is deployed, with the probe beside it: one jar more in {@code lib/}. */
final class DeployedCode {
  private static final Path FLIGHTS = Path.of("..", "functions", "flights", "target", "function");
  private static final Path COORDINATOR = Path.of("..", "coordinator-lambda", "target");

  private DeployedCode() {}

  static Path withProbe(Path folder) throws IOException {
    Path lib = Files.createDirectories(folder.resolve("lib"));
    try (Stream<Path> jars = Files.list(FLIGHTS.resolve("lib"))) {
      for (Path jar : jars.toList()) {
        Files.copy(jar, lib.resolve(jar.getFileName()));
      }
    }
    Files.write(lib.resolve(ProbeJar.NAME), ProbeJar.bytes());
    return folder;
  }

  /** The construct brings the coordinator's code along, so the probe is added where it arrived. */
  static void addProbe(LambdaClient lambda, String function) throws IOException {
    byte[] code = withProbe(coordinator());
    lambda.updateFunctionCode(
        update -> update.functionName(function).zipFile(SdkBytes.fromByteArray(code)));
    lambda.waiter().waitUntilFunctionUpdatedV2(get -> get.functionName(function));
  }

  private static byte[] coordinator() throws IOException {
    try (Stream<Path> built = Files.list(COORDINATOR)) {
      Path zip =
          built
              .filter(file -> file.toString().endsWith("-function.zip"))
              .findFirst()
              .orElseThrow(() -> new AssertionError("the coordinator's zip is not built"));
      return Files.readAllBytes(zip);
    }
  }

  private static byte[] withProbe(byte[] zip) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip));
        ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        out.putNextEntry(new ZipEntry(entry.getName()));
        in.transferTo(out);
      }
      out.putNextEntry(new ZipEntry("lib/" + ProbeJar.NAME));
      out.write(ProbeJar.bytes());
    }
    return bytes.toByteArray();
  }
}
