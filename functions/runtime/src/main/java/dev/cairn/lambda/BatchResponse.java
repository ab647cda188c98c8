package dev.cairn.lambda;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.cairn.id.SequenceNumber;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/**
 * The answer to a batch: {@code {"batchItemFailures":[{"itemIdentifier":"<sequence number>"}]}}.
 *
 * @param firstFailed the record from which on the mapping shall deliver again; empty if all of the
 *     batch is durable, which the mapping takes as success for good
 */
public record BatchResponse(Optional<SequenceNumber> firstFailed) {
  private static final JsonFactory JSON = new JsonFactory();

  /** Writes the answer as JSON; the stream stays the caller's to close. */
  public void writeTo(OutputStream out) throws IOException {
    try (JsonGenerator json =
        JSON.createGenerator(out, JsonEncoding.UTF8)
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
      json.writeStartObject();
      json.writeArrayFieldStart("batchItemFailures");
      if (firstFailed.isPresent()) {
        json.writeStartObject();
        json.writeStringField("itemIdentifier", firstFailed.get().digits());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }
}
