package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.cli.Cairn;
import dev.cairn.cli.CliEnvironment;
import dev.cairn.cli.output.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The journals as they grow. */
class TailOnDemoTest extends CommandsOnDemo {
  @Test
  void tailShowsARestoreAsItHappens() throws Exception {
    AwaitedText out = new AwaitedText();
    AwaitedText json = new AwaitedText();
    Thread text = tailing(out, "tail", "--every", "50ms");
    Thread lines = tailing(json, "tail", "--every", "50ms", "--json");
    try {
      out.await("job flights  RUNNING");
      // The one without a heading has begun, too, once it tells of this.
      cairn("restore", "8888", "--timeout", "30s");
      json.await("8888 at");
      String id = latest();
      assertThat(cairn("restore", id, "--timeout", "30s").exitCode()).isZero();
      out.await("being restored to checkpoint " + id);
      out.await("no gap is left");
      json.await("no gap is left");
      out.await("Restored      to checkpoint");
      json.await("\"kind\":\"Restored\",\"subtask\":\"aircraft/shardId-000000000002\"");
    } finally {
      text.interrupt();
      lines.interrupt();
      text.join();
      lines.join();
    }
    for (String line : json.toString().lines().toList()) {
      assertThat(JSON.readTree(line).get("at").asText()).isNotEmpty();
    }
  }

  private static Thread tailing(AwaitedText out, String... arguments) {
    CommandLine commands =
        Cairn.commands(
            new CliEnvironment(demo.home(), Map.of()),
            Terminal.plain(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8)));
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(new StringWriter()));
    Thread thread = new Thread(() -> commands.execute(arguments), "tail");
    thread.start();
    return thread;
  }

  @Test
  void tailEndsWhenNobodyReadsItsOutput() throws Exception {
    Writer closed =
        new Writer() {
          @Override
          public void write(char[] text, int offset, int length) throws IOException {
            throw new IOException("Broken pipe");
          }

          @Override
          public void flush() throws IOException {
            throw new IOException("Broken pipe");
          }

          @Override
          public void close() {}
        };
    CommandLine commands =
        Cairn.commands(
            new CliEnvironment(demo.home(), Map.of()),
            Terminal.plain(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8)));
    commands.setOut(new PrintWriter(closed, true)).setErr(new PrintWriter(new StringWriter()));
    Thread tail = new Thread(() -> commands.execute("tail", "--every", "10ms"), "tail");
    tail.start();
    tail.join(Duration.ofSeconds(30));
    boolean isRunning = tail.isAlive();
    tail.interrupt();
    assertThat(isRunning).isFalse();
  }

  /** What a command writes, for whoever waits until it has written something. */
  private static final class AwaitedText extends StringWriter {
    void await(String text) throws InterruptedException {
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      synchronized (getBuffer()) {
        while (!toString().contains(text)) {
          assertThat(System.nanoTime()).as("until \"%s\" in:\n%s", text, this).isLessThan(deadline);
          getBuffer().wait(100);
        }
      }
    }

    @Override
    public void flush() {
      synchronized (getBuffer()) {
        getBuffer().notifyAll();
      }
    }
  }

  @Test
  void tailEndsByItself() {
    Answer tail = cairn("tail", "--for", "1ms", "--every", "1ms");
    assertThat(tail.exitCode()).isZero();
    assertThat(tail.out()).startsWith("job flights  RUNNING");
  }
}
