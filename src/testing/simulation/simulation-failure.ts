/** A simulated run that went wrong: what it shows is for the one who reads the trace. */
export class SimulationFailure extends Error {}
