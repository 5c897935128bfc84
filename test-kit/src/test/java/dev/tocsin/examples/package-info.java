/// The examples with which the javadoc of each module begins. They are shown as they stand here, so each is a whole program.
package dev.tocsin.examples;
