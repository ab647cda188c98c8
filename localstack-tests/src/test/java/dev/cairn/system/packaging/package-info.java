/** What is deployed: which jars, under which licences, and that it is built the same each time. */
@NullMarked
package dev.cairn.system.packaging;

import org.jspecify.annotations.NullMarked;
