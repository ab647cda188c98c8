package dev.cairn.lambda;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The source of a record: a Kinesis stream, or a consumer of it that is registered for enhanced
 * fan-out.
 *
 * @param account the AWS account that owns the stream
 * @param stream the stream's name
 * @param consumer the consumer's name, with enhanced fan-out
 */
record SourceArn(String account, String stream, Optional<String> consumer) {
  // arn:aws:kinesis:us-east-1:123456789012:stream/orders[/consumer/fan-out:1545084650]
  private static final Pattern FORM =
      Pattern.compile(
          "arn:[^:]+:kinesis:[^:]*:([^:]*):stream/([^/:]+)(?:/consumer/([^/:]+)(?::\\d+)?)?");

  /**
   * Reads the text of {@code eventSourceARN}.
   *
   * @throws MalformedEventException if it names neither a stream nor a consumer
   */
  static SourceArn parse(String arn) {
    Matcher parts = FORM.matcher(arn);
    if (!parts.matches()) {
      throw new MalformedEventException(
          "the event's eventSourceARN \""
              + arn
              + "\" names no Kinesis stream: check whether a mapping of another service"
              + " invokes this function");
    }
    return new SourceArn(parts.group(1), parts.group(2), Optional.ofNullable(parts.group(3)));
  }

  /** Returns the kind of mapping that sends such records, for messages. */
  String mapping() {
    return consumer
        .map(name -> "an event source mapping with enhanced fan-out (consumer " + name + ")")
        .orElse("an event source mapping");
  }
}
