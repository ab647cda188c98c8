package dev.cairn.inmemory.lambda;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cairn.id.SequenceNumber;
import dev.cairn.stream.StreamRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The meaning of a response to a batch, with ReportBatchItemFailures. */
sealed interface ParsedBatchResponse {
  /** Every record is done: no failures, a list that is null, or no response at all. */
  record AllDone() implements ParsedBatchResponse {}

  /** Records before this one are done; delivery continues with it. */
  record FailedFrom(SequenceNumber first) implements ParsedBatchResponse {}

  /** The response is malformed, so the whole batch counts as failed. */
  record NothingDone() implements ParsedBatchResponse {}

  static ParsedBatchResponse of(byte[] response, List<StreamRecord> batch) {
    return Identifiers.read(response)
        .<ParsedBatchResponse>map(failed -> of(failed, batch))
        .orElseGet(NothingDone::new);
  }

  private static ParsedBatchResponse of(List<String> failed, List<StreamRecord> batch) {
    List<String> sent = batch.stream().map(record -> record.sequenceNumber().digits()).toList();
    // An identifier that was never sent makes the whole batch fail, independent of the rest of the
    // list.
    int first = sent.size();
    for (String identifier : failed) {
      int index = sent.indexOf(identifier);
      if (index < 0) {
        return new NothingDone();
      }
      first = Math.min(first, index);
    }
    return failed.isEmpty() ? new AllDone() : new FailedFrom(batch.get(first).sequenceNumber());
  }

  /** Reads {@code {"batchItemFailures":[{"itemIdentifier":"…"}]}}. */
  final class Identifiers {
    private static final JsonFactory JSON = new JsonFactory();

    private Identifiers() {}

    /** Returns the identifiers of failed records; empty if the response has another form. */
    static Optional<List<String>> read(byte[] response) {
      try (JsonParser json = JSON.createParser(response)) {
        JsonToken start = json.nextToken();
        if (start == null || start == JsonToken.VALUE_NULL) {
          return Optional.of(List.of());
        }
        if (start != JsonToken.START_OBJECT) {
          return Optional.empty();
        }
        Optional<List<String>> identifiers = Optional.of(List.of());
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          boolean failures = json.currentName().equals("batchItemFailures");
          JsonToken value = json.nextToken();
          if (failures && value != JsonToken.VALUE_NULL) {
            identifiers = value == JsonToken.START_ARRAY ? items(json) : Optional.empty();
          }
          json.skipChildren();
        }
        return identifiers;
      } catch (IOException e) {
        return Optional.empty();
      }
    }

    private static Optional<List<String>> items(JsonParser json) throws IOException {
      List<String> identifiers = new ArrayList<>();
      boolean understood = true;
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
          understood = false;
          json.skipChildren();
          continue;
        }
        Optional<String> identifier = identifier(json);
        identifier.ifPresent(identifiers::add);
        understood &= identifier.isPresent();
      }
      return understood ? Optional.of(identifiers) : Optional.empty();
    }

    private static Optional<String> identifier(JsonParser json) throws IOException {
      Optional<String> identifier = Optional.empty();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        boolean wanted = json.currentName().equals("itemIdentifier");
        if (json.nextToken() == JsonToken.VALUE_STRING && wanted) {
          identifier = Optional.of(json.getText());
        }
        json.skipChildren();
      }
      return identifier;
    }
  }
}
