package dev.cairn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.cli.demo.Mailbox;
import dev.cairn.cli.demo.RunningDemo;
import dev.cairn.cli.letters.KinesisRecordSender;
import dev.cairn.cli.letters.Letter;
import dev.cairn.cli.letters.Letters;
import dev.cairn.cli.letters.Letters.Place;
import dev.cairn.cli.letters.RecordSender;
import dev.cairn.cli.output.Sizes;
import dev.cairn.id.RecordNumber;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "dead-letters",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Lists dead letters, shows one, or sends them to the stream again.",
      "",
      "  list           Lists the dead letters, the oldest of each shard first.",
      "  show RECORD    Shows one dead letter with its bytes.",
      "  retry RECORD…  Sends dead letters to the stream again, with their partition keys and in"
          + " their order; --all sends every one that was not sent again yet.",
      "",
      "A record that is sent again is a new record at the end of the stream: the function"
          + " applies it after all records that arrived in between. Once the stream has"
          + " stored it, it is marked and left out from then on. If the command is"
          + " interrupted in between, that one record may be sent twice.",
      ""
    })
final class DeadLettersCommand extends PipelineCommand {
  /** The action of the command. */
  enum Action {
    LIST,
    SHOW,
    RETRY
  }

  @Parameters(index = "0", paramLabel = "list|show|retry", description = "What to do.")
  private String action = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "RECORD",
      description = "The record's sequence number, or the end of it.")
  private List<String> records = List.of();

  @Option(names = "--all", description = "retry: send every record that was not sent again yet.")
  private boolean all;

  @Option(names = "--again", description = "retry: also send records that were sent again before.")
  private boolean again;

  @Option(
      names = "--shard",
      paramLabel = "ID",
      description = "Only dead letters of this shard, given by its name or the end of it.")
  private @Nullable String shard;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "list: the largest number to list (default: ${DEFAULT-VALUE}).")
  private int limit = 100;

  @Override
  void requireUsable() {
    switch (action()) {
      case LIST -> {
        if (!records.isEmpty() || all || again) {
          throw ExitException.unusable("list accepts no records: use show or retry");
        }
        if (limit < 1) {
          throw ExitException.unusable("--limit " + limit + " lists nothing: give 1 or more");
        }
      }
      case SHOW -> {
        if (records.size() != 1) {
          throw ExitException.unusable(
              "show takes one record: its sequence number, as printed by dead-letters list");
        }
      }
      case RETRY -> {
        if (records.isEmpty() != all) {
          throw ExitException.unusable(
              "retry needs --all or sequence numbers, as printed by dead-letters list");
        }
      }
    }
  }

  private Action action() {
    return switch (action.toLowerCase(Locale.ROOT)) {
      case "list" -> Action.LIST;
      case "show" -> Action.SHOW;
      case "retry" -> Action.RETRY;
      default ->
          throw ExitException.unusable(
              "\"" + action + "\" is none of list, show and retry (cairn dead-letters --help)");
    };
  }

  @Override
  int run(Connection connection, PrintWriter out) {
    connection.requireJob();
    Letters letters = new Letters(connection.storage(), connection.job());
    List<Place> places =
        letters.all().stream()
            .filter(place -> shard == null || place.subtask().shard().value().endsWith(shard))
            .toList();
    switch (action()) {
      case LIST -> list(letters, places, out);
      case SHOW -> show(read(letters, only(places, records.getFirst())), out);
      case RETRY -> retry(connection, letters, places, out);
    }
    return ExitCode.OK;
  }

  // ---------------------------------------------------------------- list and show

  private void list(Letters letters, List<Place> places, PrintWriter out) {
    List<Letter> shown =
        places.stream().limit(limit).map(letters::read).flatMap(Optional::stream).toList();
    if (json()) {
      ObjectNode json = JsonOutput.object().put("deadLetters", places.size());
      ArrayNode array = json.putArray("shown");
      shown.forEach(letter -> array.add(json(letter)));
      out.println(JsonOutput.pretty(json));
      return;
    }
    if (places.isEmpty()) {
      out.println("there are no dead letters");
      return;
    }
    for (Letter letter : shown) {
      out.println(letter.subtask().name() + "  record " + letter.record());
      out.println(
          "  set aside "
              + Sizes.time(letter.failedAt())
              + ", key \""
              + letter.partitionKey()
              + "\", "
              + Sizes.bytes(letter.data().length)
              + letter.resentAt().map(at -> ", sent again " + Sizes.time(at)).orElse(""));
      out.println("  " + letter.cause());
    }
    if (places.size() > shown.size()) {
      out.println("and " + Sizes.count(places.size() - shown.size()) + " more (--limit, --shard)");
    }
  }

  private void show(Letter letter, PrintWriter out) {
    if (json()) {
      out.println(
          JsonOutput.pretty(
              json(letter).put("data", Base64.getEncoder().encodeToString(letter.data()))));
      return;
    }
    out.println("record      " + letter.record());
    out.println("subtask     " + letter.subtask().name());
    out.println("key         " + letter.partitionKey());
    out.println("arrived     " + Sizes.time(letter.arrival()));
    out.println("set aside   " + Sizes.time(letter.failedAt()));
    out.println("cause       " + letter.cause());
    out.println("sent again  " + letter.resentAt().map(Sizes::time).orElse("no"));
    out.println("data        " + Sizes.bytes(letter.data().length));
    out.println(
        text(letter.data())
            .orElseGet(() -> "(Base64) " + Base64.getEncoder().encodeToString(letter.data())));
  }

  /** Returns the bytes as text, if they are text. */
  private static Optional<String> text(byte[] data) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(data)).toString();
      return text.chars().anyMatch(c -> Character.isISOControl(c) && !Character.isWhitespace(c))
          ? Optional.empty()
          : Optional.of(text);
    } catch (CharacterCodingException noText) {
      return Optional.empty();
    }
  }

  private static ObjectNode json(Letter letter) {
    ObjectNode node =
        JsonOutput.object()
            .put("sequenceNumber", letter.record().sequenceNumber().digits())
            .put("stage", letter.subtask().stage().value())
            .put("shard", letter.subtask().shard().value())
            .put("partitionKey", letter.partitionKey())
            .put("arrival", letter.arrival().toString())
            .put("failedAt", letter.failedAt().toString())
            .put("cause", letter.cause())
            .put("sizeBytes", letter.data().length);
    letter.record().part().ifPresent(part -> node.put("subSequenceNumber", part.value()));
    letter.hashKey().ifPresent(hash -> node.put("hashKey", hash.toDecimal()));
    letter.resentAt().ifPresent(at -> node.put("resentAt", at.toString()));
    return node;
  }

  private static Letter read(Letters letters, Place place) {
    return letters
        .read(place)
        .orElseThrow(() -> ExitException.no("record " + place.record() + " has just expired"));
  }

  private static Place only(List<Place> places, String typed) {
    List<Place> found =
        places.stream().filter(place -> place.record().toString().endsWith(typed.strip())).toList();
    if (found.isEmpty()) {
      throw ExitException.no(
          "there is no dead letter of a record \"" + typed + "\": see cairn dead-letters list");
    }
    if (found.size() > 1) {
      throw ExitException.no(
          "\""
              + typed
              + "\" is the end of "
              + found.size()
              + " records' sequence numbers: give more digits, or --shard");
    }
    return found.getFirst();
  }

  // ---------------------------------------------------------------- retry

  private void retry(Connection connection, Letters letters, List<Place> places, PrintWriter out) {
    List<Place> chosen = all ? places : places.stream().filter(chosen(places)::contains).toList();
    List<Place> due = chosen.stream().filter(place -> again || !place.isResent()).toList();
    int left = chosen.size() - due.size();
    RecordSender outlet = outlet(connection);
    List<RecordNumber> sent = new ArrayList<>();
    try {
      for (Place place : due) {
        Optional<Letter> letter = letters.read(place);
        if (letter.isPresent()) {
          requireSendable(letter.get());
          outlet.put(letter.get());
          letters.markResent(letter.get(), Instant.now());
          sent.add(place.record());
        }
      }
    } catch (RuntimeException e) {
      throw ExitException.unusable(
          AwsFailures.explain(e).orElse(String.valueOf(e.getMessage()))
              + "; before that, "
              + wereSent(sent.size())
              + sent.stream()
                  .map(RecordNumber::toString)
                  .collect(Collectors.joining(", ", sent.isEmpty() ? "" : ": ", "")));
    }
    print(out, sent, left);
  }

  private static void requireSendable(Letter letter) {
    if (letter.isBoundToAggregate()) {
      throw ExitException.unusable(
          "record "
              + letter.record()
              + " has its state under the explicit hash key of its aggregate, and a record that is"
              + " sent alone has none: send it again with its producer; cairn dead-letters show"
              + " prints it");
    }
  }

  private List<Place> chosen(List<Place> places) {
    return records.stream().map(record -> only(places, record)).toList();
  }

  private void print(PrintWriter out, List<RecordNumber> sent, int left) {
    if (json()) {
      ObjectNode json = JsonOutput.object().put("sent", sent.size()).put("sentBefore", left);
      ArrayNode array = json.putArray("records");
      sent.forEach(record -> array.add(record.toString()));
      out.println(JsonOutput.pretty(json));
      return;
    }
    out.println(
        Sizes.count(sent.size())
            + (sent.size() == 1 ? " record is" : " records are")
            + " in the stream again"
            + (left == 0
                ? ""
                : "; "
                    + Sizes.count(left)
                    + " were sent again before (--again sends them once more)"));
  }

  private static String wereSent(int count) {
    return Sizes.count(count)
        + (count == 1 ? " record was" : " records were")
        + " put into the stream";
  }

  private RecordSender outlet(Connection connection) {
    if (connection.isDemo()) {
      return new DemoRecordSender(new Mailbox(RunningDemo.mailbox(home())));
    }
    String stream =
        connection.stream()
            .orElseThrow(
                () ->
                    ExitException.unusable(
                        "the table does not say which stream job "
                            + connection.job()
                            + " reads: name it (--stream)"));
    return new KinesisRecordSender(connection.kinesis(), stream);
  }
}
