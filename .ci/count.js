// Prints `passed failed skipped` of a jest report; a suite that could not run counts as one failure.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const brokenSuites = report.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
);
console.log(
  report.numPassedTests,
  report.numFailedTests + brokenSuites.length,
  report.numPendingTests + report.numTodoTests,
);
