package dev.cairn.state;

import dev.cairn.id.Epoch;
import dev.cairn.id.MappingId;
import dev.cairn.id.Position;
import java.util.Optional;

/**
 * The entry that journalled an unsent outbox, as a base repeats it. With it a task recognizes from
 * a batch of the mapping that the outbox was sent.
 *
 * @param epoch of the entry; the outputs keep it as part of their ids
 * @param from the position before the entry
 * @param to the position after it
 * @param mapping the mapping that delivered its records; empty if no mapping did
 */
public record OutboxOrigin(Epoch epoch, Position from, Position to, Optional<MappingId> mapping) {}
