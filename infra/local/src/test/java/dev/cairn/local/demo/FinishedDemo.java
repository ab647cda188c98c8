package dev.cairn.local.demo;

import dev.cairn.cli.demo.RunningDemo;
import dev.cairn.cli.input.UserFunction;
import dev.cairn.cli.output.Terminal;
import dev.cairn.flights.AircraftFunction;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A demo that has run to its end. Its table, its coordinator and its tasks are there until it is
 * closed.
 */
final class FinishedDemo implements AutoCloseable {
  static final int FLIGHTS = 4_000;
  static final int AIRCRAFT = 100;

  private final Path home;
  private final Demo demo;
  private final boolean shown;
  private final String told;

  private FinishedDemo(Path home, Demo demo, boolean shown, String told) {
    this.home = home;
    this.demo = demo;
    this.shown = shown;
    this.told = told;
  }

  /** Starts one demo for all tests of this process, and closes it after the last of them. */
  static final class ForAllTests implements BeforeAllCallback {
    @Override
    public void beforeAll(ExtensionContext context) {
      CommandsOnDemo.demo =
          context
              .getRoot()
              .getStore(ExtensionContext.Namespace.GLOBAL)
              .computeIfAbsent(FinishedDemo.class, key -> run(), FinishedDemo.class);
    }
  }

  private static FinishedDemo run() {
    Path home;
    try {
      home = Files.createTempDirectory("cairn-demo");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Path storage = home.resolve("storage");
    Duration interval = Duration.ofMillis(400);
    DemoSettings settings =
        new DemoSettings(
            new JobId("flights"),
            new StageId("aircraft"),
            3,
            interval,
            DemoSettings.paced(FLIGHTS, interval),
            true,
            0,
            Optional.of(storage),
            7);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Terminal terminal = Terminal.plain(new PrintStream(out, true, StandardCharsets.UTF_8));
    Demo demo =
        Demo.start(
            settings,
            UserFunction.of(AircraftFunction.class),
            flights(),
            Optional.empty(),
            terminal);
    boolean shown = demo.run();
    new RunningDemo(
            demo.endpoint(),
            DemoSettings.TABLE,
            settings.job(),
            storage.toString(),
            ProcessHandle.current().pid())
        .write(home);
    return new FinishedDemo(home, demo, shown, out.toString(StandardCharsets.UTF_8));
  }

  private static List<byte[]> flights() {
    List<byte[]> flights = new ArrayList<>();
    for (int i = 0; i < FLIGHTS; i++) {
      String tail = i % 50 == 0 ? "" : ",\"tail\":\"N" + i % AIRCRAFT + "\"";
      String flight =
          i == 1234
              ? "no flight at all"
              : "{\"scheduled\":\"2013-01-01T10:15Z\",\"departed\":\"2013-01-01T10:17Z\",\"carrier\":\"UA\",\"flight\":\""
                  + i
                  + "\",\"origin\":\"EWR\",\"destination\":\"X"
                  + i % 7
                  + "\",\"departure_delay_min\":\""
                  + i % 60
                  + "\""
                  + tail
                  + "}";
      flights.add(flight.getBytes(StandardCharsets.UTF_8));
    }
    return flights;
  }

  /** The folder in which commands find the demo. */
  Path home() {
    return home;
  }

  URI endpoint() {
    return demo.endpoint();
  }

  /** Whether it has shown everything that it announces. */
  boolean shown() {
    return shown;
  }

  /** What it has told people. */
  String told() {
    return told;
  }

  @Override
  public void close() throws IOException {
    demo.close();
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
