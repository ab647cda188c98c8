package dev.cairn.lambda;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.cairn.id.SequenceNumber;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/**
 * The response to a batch: {@code {"batchItemFailures":[{"itemIdentifier":"<sequence number>"}]}}.
 *
 * @param firstFailed the record from which the mapping must deliver again; empty if the whole batch
 *     is durable, which the mapping treats as final success
 */
public record BatchResponse(Optional<SequenceNumber> firstFailed) {
  private static final JsonFactory JSON = new JsonFactory();

  /** Writes the response as JSON; the caller closes the stream. */
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
