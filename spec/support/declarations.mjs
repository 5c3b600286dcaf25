// What declaration files export, as text: sorted, without comments and private members.
import ts from 'typescript';

const printer = ts.createPrinter({ removeComments: true });

/** One text for each file. The first file is the core: the others do not repeat what it exports. */
export function describeModules(files) {
  const program = ts.createProgram(files, { noLib: true });
  const checker = program.getTypeChecker();
  const [core, ...rings] = files.map((file) => exportsOf(program.getSourceFile(file), checker));
  return [describe(core, [], checker), ...rings.map((ring) => describe(ring, core, checker))];
}

function exportsOf(file, checker) {
  const module = checker.getSymbolAtLocation(file);
  return checker.getExportsOfModule(module).map((symbol) => original(symbol, checker));
}

/** The symbol at the end of a chain of imports and exports. */
function original(symbol, checker) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** What a module exports, then what those declarations name but nobody exports. */
function describe(exported, core, checker) {
  const found = new Set(exported);
  for (const symbol of found) {
    const named = namedBy(symbol, checker).filter((other) => !core.includes(other));
    named.forEach((other) => found.add(other));
  }
  const hidden = [...found].filter((symbol) => !exported.includes(symbol));
  const texts = print(exported);
  if (hidden.length > 0) texts.push('// Named above, but not exported:', ...print(hidden));
  return texts.join('\n\n');
}

function namedBy(symbol, checker) {
  const found = [];
  const visit = (node) => {
    const other = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined;
    if (other) found.push(original(other, checker));
    ts.forEachChild(node, visit);
  };
  statementsOf(symbol).forEach(visit);
  return found.filter((other) => statementsOf(other).some(isOurs));
}

/** What packages declare is theirs; and whether it is found at all depends on where this runs. */
function isOurs(statement) {
  const { fileName } = ts.getOriginalNode(statement).getSourceFile();
  return !fileName.includes('/node_modules/');
}

function print(symbols) {
  return [...symbols]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((symbol) => statementsOf(symbol).map(printed).join('\n'));
}

function printed(statement) {
  const file = ts.getOriginalNode(statement).getSourceFile();
  return printer.printNode(ts.EmitHint.Unspecified, statement, file);
}

/** The statements of a file that declare the symbol: none for a parameter or a member. */
function statementsOf(symbol) {
  return (symbol.declarations ?? [])
    .map((node) => (ts.isVariableDeclaration(node) ? node.parent.parent : node))
    .filter((node) => node.parent && ts.isSourceFile(node.parent))
    .map((node) => (ts.isClassDeclaration(node) ? withoutPrivates(node) : node));
}

function withoutPrivates(node) {
  const { modifiers, name, typeParameters, heritageClauses } = node;
  const members = node.members.filter((member) => !isPrivate(member));
  const parts = [modifiers, name, typeParameters, heritageClauses, members];
  return ts.factory.updateClassDeclaration(node, ...parts);
}

function isPrivate(member) {
  return (
    (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private) !== 0 ||
    (member.name !== undefined && ts.isPrivateIdentifier(member.name))
  );
}
