package dev.cairn.coordinator.lambda;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.coordinator.ports.Announcer;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.job.Halt;
import dev.cairn.job.Request;
import dev.cairn.job.Restoration;
import dev.cairn.metrics.EmbeddedMetrics;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sends events to an event bus: a checkpoint or a savepoint was completed or failed, the job was
 * restored, halted, failed or runs again. If the bus does not accept an event, the log says so, and
 * the coordinator continues.
 */
final class EventAnnouncer implements Announcer {
  private static final JsonFactory JSON = new JsonFactory();

  private final JobId job;
  private final EventBus bus;
  private final EmbeddedMetrics log;

  EventAnnouncer(JobId job, EventBus bus, EmbeddedMetrics log) {
    this.job = job;
    this.bus = bus;
    this.log = log;
  }

  @Override
  public void announce(Announcement announcement) {
    event(announcement).ifPresent(this::put);
  }

  private record Event(String type, DetailFields details) {}

  private void put(Event event) {
    try {
      bus.put(event.type(), json(event.details()));
    } catch (RuntimeException e) {
      log.emit(
          "event not sent",
          new DetailFields().with("type", event.type()).with("message", String.valueOf(e)).all(),
          List.of());
    }
  }

  private Optional<Event> event(Announcement announcement) {
    return switch (announcement) {
      case Announcement.Completed(Checkpoint.Completed completed) ->
          Optional.of(
              new Event(
                  "Checkpoint Completed",
                  of(completed)
                      .with("path", completed.metadata().path().value())
                      .with("durationMillis", completed.duration().toMillis())
                      .with("fullSizeBytes", completed.fullSizeBytes())
                      .with("incrementalSizeBytes", completed.incrementalSizeBytes())));
      case Announcement.Aborted(Checkpoint.Aborted aborted, int inARow) ->
          aborted.failure().reason().countsAsFailure()
              ? Optional.of(
                  new Event(
                      "Checkpoint Failed",
                      of(aborted).with(aborted.failure()).with("failedInARow", inARow)))
              : Optional.empty();
      case Announcement.RestoreBegun(Restoration from, Epoch epoch, Optional<Request> by) -> {
        DetailFields details = new DetailFields().with(epoch).with("from", from.name());
        from.own().ifPresent(id -> details.with("checkpoint", id.toString()));
        by.ifPresent(request -> details.with("cause", request.command()));
        if (!from.passedOver().isEmpty()) {
          details.with("passedOver", String.join("; ", from.passedOver()));
        }
        yield Optional.of(new Event("Job Restore Begun", details));
      }
      case Announcement.RestoreFinished(Epoch epoch) ->
          Optional.of(new Event("Job Restored", new DetailFields().with(epoch)));
      case Announcement.Halted(Epoch epoch, Halt halt) -> Optional.of(halted(epoch, halt));
      case Announcement.Resumed(Epoch epoch) ->
          Optional.of(new Event("Job Resumed", new DetailFields().with(epoch)));
      case Announcement.Triggered t -> Optional.empty();
      case Announcement.AcksRequested a -> Optional.empty();
      case Announcement.InProgress p -> Optional.empty();
      case Announcement.Health h -> Optional.empty();
      case Announcement.Resharding r -> Optional.empty();
      case Announcement.Accepted a -> Optional.empty();
      case Announcement.Postponed p -> Optional.empty();
      case Announcement.Moved m -> Optional.empty();
      case Announcement.Refused r -> Optional.empty();
      case Announcement.FileDamaged d -> Optional.empty();
      case Announcement.DamageCleared d -> Optional.empty();
      case Announcement.MappingChecked m -> Optional.empty();
      case Announcement.NotScrubbed n -> Optional.empty();
      case Announcement.Scrubbed s -> Optional.empty();
    };
  }

  private static DetailFields of(Checkpoint checkpoint) {
    DetailFields details =
        new DetailFields()
            .with(checkpoint.trigger().epoch())
            .with("checkpoint", checkpoint.id().toString())
            .with("cause", checkpoint.trigger().cause());
    checkpoint
        .trigger()
        .savepoint()
        .ifPresent(savepoint -> details.with("savepoint", savepoint.directory().value()));
    return details;
  }

  private static Event halted(Epoch epoch, Halt halt) {
    DetailFields details = new DetailFields().with(epoch).with("status", halt.label());
    return switch (halt) {
      case Halt.Failed failed -> new Event("Job Failed", details.with(failed.failure()));
      case Halt.Stopped(CheckpointId savepoint) ->
          new Event("Job Halted", details.with("checkpoint", savepoint.toString()));
      case Halt.Cancelled c -> new Event("Job Halted", details);
      case Halt.Stopping s -> new Event("Job Halted", details);
    };
  }

  private String json(DetailFields details) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      out.writeStartObject();
      out.writeStringField("job", job.value());
      for (Map.Entry<String, String> detail : details.all().entrySet()) {
        out.writeStringField(detail.getKey(), detail.getValue());
      }
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a writer in memory failed", e);
    }
    return text.toString();
  }
}
