/**
 * What the coordinator works with: the events that reach it, its settings, and the ports and
 * announcements through which it acts on everything outside.
 */
@NullMarked
package dev.cairn.coordinator.ports;

import org.jspecify.annotations.NullMarked;
