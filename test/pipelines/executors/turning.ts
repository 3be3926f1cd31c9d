/** Turns in circles and looks for nobody, as a parser that a hostile file has caught. */
for (;;);
