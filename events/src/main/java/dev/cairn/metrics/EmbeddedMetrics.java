package dev.cairn.metrics;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.cairn.id.JobId;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Writes log lines in CloudWatch's embedded metric format, from which CloudWatch extracts metrics:
 * namespace {@code Cairn}, dimension {@code Job}. One line is one event; its other fields can be
 * queried in Logs Insights.
 */
public final class EmbeddedMetrics {
  public static final String NAMESPACE = "Cairn";
  public static final String DIMENSION = "Job";
  private static final JsonFactory JSON = new JsonFactory();

  private final JobId job;
  private final InstantSource clock;
  private final Consumer<String> log;

  /**
   * @param log receives each line
   */
  public EmbeddedMetrics(JobId job, InstantSource clock, Consumer<String> log) {
    this.job = job;
    this.clock = clock;
    this.log = log;
  }

  /** The unit of a metric, under CloudWatch's name. */
  public enum Unit {
    COUNT("Count"),
    MILLISECONDS("Milliseconds"),
    BYTES("Bytes"),
    PERCENT("Percent"),
    /** A point in time, in milliseconds since 1970. */
    NONE("None");

    private final String name;

    Unit(String name) {
      this.name = name;
    }
  }

  /** A metric's value at this event. */
  public record Metric(String name, Unit unit, long value) {
    public static Metric count(String name, long value) {
      return new Metric(name, Unit.COUNT, value);
    }
  }

  /** The time, in milliseconds since 1970. */
  public long now() {
    return clock.millis();
  }

  /**
   * Writes one event.
   *
   * @param event the event as a sentence for people
   * @param details its details, by name
   * @param metrics empty for a line that is only for people
   */
  public void emit(String event, Map<String, String> details, List<Metric> metrics) {
    StringWriter line = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(line)) {
      out.writeStartObject();
      if (!metrics.isEmpty()) {
        writeDirective(out, metrics);
      }
      out.writeStringField("time", clock.instant().toString());
      out.writeStringField(DIMENSION, job.value());
      out.writeStringField("event", event);
      for (Map.Entry<String, String> detail : details.entrySet()) {
        out.writeStringField(detail.getKey(), detail.getValue());
      }
      for (Metric metric : metrics) {
        out.writeNumberField(metric.name(), metric.value());
      }
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a writer in memory failed", e);
    }
    log.accept(line.toString());
  }

  private void writeDirective(JsonGenerator out, List<Metric> metrics) throws IOException {
    out.writeObjectFieldStart("_aws");
    out.writeNumberField("Timestamp", clock.millis());
    out.writeArrayFieldStart("CloudWatchMetrics");
    out.writeStartObject();
    out.writeStringField("Namespace", NAMESPACE);
    out.writeArrayFieldStart("Dimensions");
    out.writeStartArray();
    out.writeString(DIMENSION);
    out.writeEndArray();
    out.writeEndArray();
    out.writeArrayFieldStart("Metrics");
    for (Metric metric : metrics) {
      out.writeStartObject();
      out.writeStringField("Name", metric.name());
      out.writeStringField("Unit", metric.unit().name);
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
    out.writeEndArray();
    out.writeEndObject();
  }
}
