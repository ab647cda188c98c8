package dev.cairn.coordinator.lambda;

import dev.cairn.coordinator.ports.Event;
import dev.cairn.dynamodb.TableEvents;
import dev.cairn.dynamodb.TableEvents.ItemChange;
import dev.cairn.id.JobId;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Reads a payload: the rule's constant input {@code {"cairn":"tick"}}; a command, such as {@code
 * {"cairn":"savepoint before-upgrade"}}; a batch of the tick queue, whose messages contain in
 * {@code until} when they are obsolete; or a batch of the table's stream.
 */
final class PayloadReader {
  static final String TICK = "{\"cairn\":\"tick\"}";
  private static final String SQS = "aws:sqs";
  private static final String DYNAMODB = "aws:dynamodb";

  private PayloadReader() {}

  /**
   * Returns the distinct events of a payload; none for a batch of changes that do not concern the
   * coordinator.
   *
   * @throws MalformedPayloadException if it comes from no known source
   */
  static SequencedSet<CoordinatorPayload> read(InputStream payload, JobId job) throws IOException {
    JsonTree event = JsonTree.read(payload);
    if (isTick(event)) {
      return new LinkedHashSet<>(List.of(new CoordinatorPayload.Scheduled()));
    }
    Optional<String> command = event.get("cairn").text();
    if (command.isPresent()) {
      return new LinkedHashSet<>(List.of(new CoordinatorPayload.Commanded(command.get())));
    }
    if (event.get("Records").items().isEmpty()) {
      throw new MalformedPayloadException(
          "the event is neither "
              + TICK
              + " nor a command such as {\"cairn\":\"checkpoint\"} nor a batch of the tick queue or of the table's"
              + " stream; check what else is configured to invoke the coordinator");
    }
    SequencedSet<CoordinatorPayload> triggers = new LinkedHashSet<>();
    List<Event> happened = new ArrayList<>();
    for (JsonTree item : event.get("Records").items()) {
      String source = item.get("eventSource").text().orElse("an unnamed source");
      switch (source) {
        case SQS -> triggers.add(queued(item));
        case DYNAMODB -> changed(item.get("dynamodb"), job).ifPresent(happened::add);
        default ->
            throw new MalformedPayloadException(
                "a record comes from " + source + ", which is no source of the coordinator");
      }
    }
    Event.together(happened).stream().map(CoordinatorPayload.Received::new).forEach(triggers::add);
    return triggers;
  }

  private static boolean isTick(JsonTree event) {
    return event.get("cairn").text().equals(Optional.of("tick"));
  }

  /** Returns the message of a tick. */
  static String tick(Instant until) {
    return "{\"cairn\":\"tick\",\"until\":\"" + until + "\"}";
  }

  private static CoordinatorPayload queued(JsonTree message) {
    String body = message.get("body").text().orElse("");
    JsonTree tick = JsonTree.read(body);
    if (!isTick(tick)) {
      throw new MalformedPayloadException(
          "a message of the tick queue is not " + TICK + " but: " + body);
    }
    try {
      // Messages of the previous version lack the field.
      return new CoordinatorPayload.Delayed(
          tick.get("until").text().map(Instant::parse).orElse(Instant.MAX));
    } catch (DateTimeException e) {
      throw new MalformedPayloadException(
          "a message of the tick queue has no time in \"until\": " + body, e);
    }
  }

  private static Optional<Event> changed(JsonTree change, JobId job) {
    return TableEvents.of(
            new ItemChange(
                item(change.get("Keys")),
                item(change.get("OldImage")),
                item(change.get("NewImage"))))
        .filter(event -> event.job().equals(job))
        .map(Event::of);
  }

  private static Map<String, AttributeValue> item(JsonTree image) {
    Map<String, AttributeValue> item = new LinkedHashMap<>();
    image.fields().forEach((name, value) -> item.put(name, attribute(value)));
    return item;
  }

  private static AttributeValue attribute(JsonTree tagged) {
    Map.Entry<String, JsonTree> only =
        tagged.fields().entrySet().stream()
            .findFirst()
            .orElseThrow(
                () -> new MalformedPayloadException("an attribute of a changed item has no type"));
    JsonTree value = only.getValue();
    return switch (only.getKey()) {
      case "S" -> AttributeValue.fromS(value.text().orElse(""));
      case "N" -> AttributeValue.fromN(value.text().orElse(""));
      case "B" -> AttributeValue.fromB(bytes(value));
      case "BOOL" -> AttributeValue.fromBool(value.flag().orElse(false));
      case "NULL" -> AttributeValue.fromNul(true);
      case "M" -> AttributeValue.fromM(item(value));
      case "L" ->
          AttributeValue.fromL(value.items().stream().map(PayloadReader::attribute).toList());
      case "SS" -> AttributeValue.fromSs(texts(value));
      case "NS" -> AttributeValue.fromNs(texts(value));
      case "BS" -> AttributeValue.fromBs(value.items().stream().map(PayloadReader::bytes).toList());
      default ->
          throw new MalformedPayloadException(
              "an attribute of a changed item has the type "
                  + only.getKey()
                  + ", which DynamoDB did not have when this was written");
    };
  }

  private static List<String> texts(JsonTree value) {
    return value.items().stream().map(text -> text.text().orElse("")).toList();
  }

  private static SdkBytes bytes(JsonTree value) {
    return SdkBytes.fromByteArray(Base64.getDecoder().decode(value.text().orElse("")));
  }
}
