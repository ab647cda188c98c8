package dev.cairn.localstack;

import org.testcontainers.DockerClientFactory;
import org.testcontainers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;

/** A LocalStack of a suite's own. */
public final class LocalStack {
  private static final DockerImageName IMAGE =
      DockerImageName.parse("localstack/localstack:4.14.0");

  private LocalStack() {}

  /**
   * Whether there is an engine for containers; without, one line says what is skipped. For what
   * JUnit asks.
   */
  public static boolean isAvailable(String what) {
    boolean available = DockerClientFactory.instance().isDockerAvailable();
    if (!available) {
      System.out.println("skipped, as there is no container engine: " + what);
    }
    return available;
  }

  /** Not started yet. */
  public static LocalStackContainer container() {
    return new LocalStackContainer(IMAGE)
        // A table's changes go through its Kinesis as well, which writes all that it holds to a
        // file every five seconds, and answers nobody meanwhile: half a minute where items are
        // large. The client then asks again, and records are there twice.
        .withEnv("KINESIS_MOCK_PERSIST_INTERVAL", "1h");
  }
}
