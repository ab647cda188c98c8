package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cairn.cli.Cairn;
import dev.cairn.cli.CliEnvironment;
import dev.cairn.cli.ExitCode;
import dev.cairn.cli.demo.Mailbox;
import dev.cairn.cli.demo.RunningDemo;
import dev.cairn.cli.input.UserFunction;
import dev.cairn.cli.output.Terminal;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.inmemory.world.Killed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Records that a function fails on, from the first attempt until they are in the state. */
class DeadLetterRetryTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final AtomicBoolean MENDED = new AtomicBoolean();

  @TempDir private Path home;

  private record Answer(int exitCode, String out, String err) {
    JsonNode json() throws IOException {
      return JSON.readTree(out);
    }
  }

  /** What somebody paid, as a number; its first version takes no other notation than digits. */
  public record Payment(String account, String amount) {}

  /** Sums up what each account has paid. */
  public static final class Payments implements KeyedFunction<Payment> {
    private ValueState<Long> sum;

    @Override
    public Deserializer<Payment> deserializer() {
      return Deserializers.json(Payment.class);
    }

    @Override
    public void open(RuntimeContext context) {
      sum = context.getState(ValueStateDescriptor.of("sum", Long.class));
    }

    @Override
    public void process(Payment payment, Context context) {
      String amount = MENDED.get() ? payment.amount().replace("EUR", "") : payment.amount();
      sum.update(sum.value().orElse(0L) + Long.parseLong(amount));
    }
  }

  private static byte[] payment(String account, String amount) {
    return ("{\"account\":\"" + account + "\",\"amount\":\"" + amount + "\"}")
        .getBytes(StandardCharsets.UTF_8);
  }

  private Answer cairn(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commands =
        Cairn.commands(
            new CliEnvironment(home, Map.of()),
            Terminal.plain(
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8)));
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int exitCode = commands.execute(arguments);
    return new Answer(exitCode, out.toString(), err.toString());
  }

  private JsonNode letters(String... arguments) throws IOException {
    return cairn(
            Stream.concat(Stream.of("dead-letters", "list", "--json"), Stream.of(arguments))
                .toArray(String[]::new))
        .json();
  }

  private long sum(String account) throws IOException {
    return cairn("state", account, "--json").json().at("/state/sum").longValue();
  }

  private void awaitSum(String account, long expected) throws Exception {
    await("until " + account + " has " + expected, () -> sum(account) == expected);
  }

  private static void await(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      Thread.sleep(50);
    }
  }

  /**
   * Waits until the journals count so many dead letters: the file of a dead letter is there a
   * little earlier, and a record that is not journalled yet may still be delivered again, and then
   * be applied.
   */
  private void awaitDeadLetters(int expected) throws Exception {
    await("until there are " + expected, () -> deadLettered() == expected);
    assertThat(letters().get("deadLetters").intValue()).isEqualTo(expected);
  }

  private long deadLettered() throws IOException {
    long counted = 0;
    for (JsonNode subtask : cairn("status", "--json").json().get("subtasks")) {
      counted += subtask.get("deadLettered").longValue();
    }
    return counted;
  }

  @Test
  void theyAreListedShownAndAppliedOnceTheCodeIsMended() throws Exception {
    Duration interval = Duration.ofMillis(100);
    List<byte[]> payments =
        List.of(
            payment("a", "1"), payment("a", "20EUR"), payment("b", "300"), payment("b", "4000EUR"));
    DemoSettings settings =
        new DemoSettings(
            new JobId("payments"),
            new StageId("accounts"),
            2,
            interval,
            DemoSettings.paced(payments.size(), interval),
            true,
            0,
            Optional.of(home.resolve("storage")),
            7);
    Terminal terminal =
        Terminal.plain(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
    MENDED.set(false);
    UserFunction function = UserFunction.load(Payments.class.getName(), Optional.empty());
    try (Demo demo = Demo.start(settings, function, payments, Optional.of("account"), terminal)) {
      assertThat(demo.run()).isTrue();
      new RunningDemo(
              demo.endpoint(),
              DemoSettings.TABLE,
              settings.job(),
              settings.storage(),
              ProcessHandle.current().pid())
          .write(home);
      refused();
      Thread.ofPlatform().daemon().start(() -> stay(demo));
      retried();
    }
  }

  /** The stream cannot be reached, here because a file is where records are left for the demo. */
  private void refused() throws IOException {
    Path mailbox = Files.writeString(RunningDemo.mailbox(home), "no folder");
    Answer refused = cairn("dead-letters", "retry", "--all", "--json");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.UNUSABLE);
    assertThat(refused.err()).isEmpty();
    assertThat(JSON.readerFor(JsonNode.class).readValues(refused.out()).readAll()).hasSize(1);
    assertThat(refused.json().at("/error/message").asText())
        .contains("cannot be written", "before that, 0 records were put into the stream")
        .doesNotContain("a mistake in Cairn");
    Files.delete(mailbox);
  }

  private void stay(Demo demo) {
    try {
      demo.keepRunning(List.of(), new Mailbox(RunningDemo.mailbox(home)));
    } catch (Killed closed) {
      // The test is over.
    }
  }

  private void retried() throws Exception {
    assertThat(sum("a")).isEqualTo(1);
    assertThat(sum("b")).isEqualTo(300);

    JsonNode listed = letters();
    assertThat(listed.get("deadLetters").intValue()).isEqualTo(2);
    assertThat(listed.get("shown").findValuesAsText("partitionKey"))
        .containsExactlyInAnyOrder("a", "b");
    JsonNode first = listed.at("/shown/0");
    String account = first.get("partitionKey").asText();
    String record = first.get("sequenceNumber").asText();
    String shard = first.get("shard").asText();
    assertThat(cairn("dead-letters", "list").out())
        .contains(
            "accounts/" + shard + "  record " + record,
            "key \"" + account + "\", ",
            "NumberFormatException: For input string: \"");
    assertThat(cairn("dead-letters", "list", "--limit", "1").out())
        .contains("and 1 more (--limit, --shard)");
    assertThat(letters("--shard", "no-such-shard").get("deadLetters").intValue()).isZero();

    String end = record.substring(record.length() - 8);
    Answer shown = cairn("dead-letters", "show", end, "--shard", shard);
    assertThat(shown.exitCode()).as(shown.err()).isZero();
    assertThat(shown.out())
        .contains(
            "record      " + record,
            "subtask     accounts/" + shard,
            "key         " + account,
            "sent again  no",
            "{\"account\":\"" + account + "\",\"amount\":\"");
    JsonNode json = cairn("dead-letters", "show", record, "--json").json();
    assertThat(
            new String(
                Base64.getDecoder().decode(json.get("data").asText()), StandardCharsets.UTF_8))
        .startsWith("{\"account\":\"" + account + "\"");
    assertThat(json.has("resentAt")).isFalse();

    // Before the code is mended, the record fails again, under its new number.
    assertThat(cairn("dead-letters", "retry", record).out())
        .isEqualTo("1 record is in the stream again\n");
    awaitDeadLetters(3);
    assertThat(sum(account)).isEqualTo(account.equals("a") ? 1 : 300);
    assertThat(cairn("dead-letters", "show", record).out()).doesNotContain("sent again  no");

    MENDED.set(true);
    Answer all = cairn("dead-letters", "retry", "--all", "--json");
    assertThat(all.exitCode()).as(all.err()).isZero();
    assertThat(all.json().get("sent").intValue()).isEqualTo(2);
    assertThat(all.json().get("sentBefore").intValue()).isEqualTo(1);
    awaitSum("a", 21);
    awaitSum("b", 4300);
    assertThat(letters().get("shown")).allSatisfy(one -> assertThat(one.has("resentAt")).isTrue());

    assertThat(cairn("dead-letters", "retry", "--all").out())
        .isEqualTo(
            "0 records are in the stream again; 3 were sent again before (--again sends them once"
                + " more)\n");
    Answer again = cairn("dead-letters", "retry", record, "--again");
    assertThat(again.exitCode()).as(again.err()).isZero();
    awaitSum(account, account.equals("a") ? 41 : 8300);
    assertThat(letters().get("deadLetters").intValue()).isEqualTo(3);
  }
}
