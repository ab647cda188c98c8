package dev.cairn.coordinator.lambda;

import dev.cairn.coordinator.SourceMapping;
import software.amazon.awssdk.services.lambda.LambdaClient;

/** Lambda's event source mapping of the job's stream. It keeps its place while it is disabled. */
final class LambdaSourceMapping implements SourceMapping {
  private final LambdaClient client;
  private final String mapping;

  /**
   * @param mapping its UUID
   */
  LambdaSourceMapping(LambdaClient client, String mapping) {
    this.client = client;
    this.mapping = mapping;
  }

  @Override
  public void enable() {
    set(true);
  }

  @Override
  public void disable() {
    set(false);
  }

  private void set(boolean enabled) {
    // Asking costs nothing, and an update that changes nothing would still stir the mapping.
    String state = client.getEventSourceMapping(get -> get.uuid(mapping)).state();
    boolean isOn = !(state.equals("Disabled") || state.equals("Disabling"));
    if (isOn != enabled) {
      client.updateEventSourceMapping(update -> update.uuid(mapping).enabled(enabled));
    }
  }
}
