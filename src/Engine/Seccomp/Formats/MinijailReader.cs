namespace Sandbox.Seccomp;

/// <summary>
/// Reads a <c>.policy</c> of minijail: minijail0(5), and the grammar of its compile_seccomp_policy. Of the filters of a call the
/// first that fits counts. <c>expression; return E</c> outside of braces means, as minijail0(5) has it, allow or else E; in braces
/// the action is for where the expression holds.
/// </summary>
internal sealed class MinijailReader
{
    private const int DeepestInclude = 10;

    private readonly SeccompArchitecture architecture;
    private readonly Dictionary<string, List<(ValueList<SeccompCondition>[] Conditions, SeccompDecision Decision)>> filters = new(StringComparer.Ordinal);
    private SeccompDecision fallback = new(SeccompAction.KillThread);

    private MinijailReader(SeccompArchitecture architecture) => this.architecture = architecture;

    public static SeccompPolicy Read(string text, string source, SeccompImportContext? context)
    {
        var reader = new MinijailReader((context ?? new()).Architecture);
        reader.ReadText(text, source, 0);
        return new(Path.GetFileNameWithoutExtension(source), reader.fallback.Action, reader.Rules(), null, [reader.architecture]);
    }

    private void ReadText(string text, string source, int depth)
    {
        foreach (var tokens in MinijailToken.Statements(text, source))
        {
            var statement = new MinijailExpression(tokens, source, architecture);
            switch (tokens[0].Text)
            {
                case "@include": Include(statement, source, depth); break;
                case "@frequency": PathOf(statement, source); break; // the order of comparisons, which changes no decision
                case "@denylist":
                    statement.Next();
                    fallback = new(SeccompAction.Allow);
                    break;
                case "@default":
                    statement.Next();
                    var word = statement.Current;
                    fallback = statement.Action();
                    if (fallback.Action is SeccompAction.Allow or SeccompAction.Log or SeccompAction.Trace or SeccompAction.Errno) throw word.Error(source, $"'{word.Text}' is no default action of minijail");
                    break;
                default: Filters(statement, source); break;
            }

            if (!statement.AtEnd) throw statement.Error($"'{statement.Current.Text}' is too much here");
        }
    }

    private static string PathOf(MinijailExpression statement, string source)
    {
        statement.Next();
        var path = statement.Next();
        return path.Kind == "path" ? path.Text : throw path.Error(source, $"a path that begins with '/' or './' is expected here, not '{path.Text}'");
    }

    private void Include(MinijailExpression statement, string source, int depth)
    {
        var place = statement.Current;
        string path = Path.GetFullPath(PathOf(statement, source), Path.GetDirectoryName(Path.GetFullPath(source))!);
        if (depth + 1 >= DeepestInclude) throw place.Error(source, $"files include each other more than {DeepestInclude} deep");
        try
        {
            ReadText(File.ReadAllText(path), path, depth + 1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw place.Error(source, $"'{path}' can't be read: {e.Message.TrimEnd('.')}", "SeccompFormat,NO_INCLUDE");
        }
    }

    private void Filters(MinijailExpression statement, string source)
    {
        var names = new List<string>();
        if (statement.Accept("{"))
        {
            do Name(statement, source, names);
            while (statement.Accept(","));
            statement.Expect("}");
        }
        else
        {
            Name(statement, source, names);
        }

        statement.Expect(":");
        var place = statement.Current;
        var read = new List<(ValueList<SeccompCondition>[], SeccompDecision)>();
        if (statement.Accept("{"))
        {
            do read.Add(Single(statement));
            while (statement.Accept(","));
            statement.Expect("}");
        }
        else
        {
            bool conditional = statement.Current.Kind == "argument";
            read.Add((conditional ? statement.Conditions() : Conjunction.Always, conditional ? new(SeccompAction.Allow) : statement.Action()));
            if (conditional && statement.Accept(";")) read.Add((Conjunction.Always, statement.Action()));
        }

        foreach (string name in names)
        {
            if (!filters.TryGetValue(name, out var list)) filters[name] = list = [];
            if (list.Any(filter => ReferenceEquals(filter.Conditions, Conjunction.Always))) throw place.Error(source, $"{name} has an action without conditions already; this one could never be reached");
            list.AddRange(read);
        }
    }

    private static (ValueList<SeccompCondition>[], SeccompDecision) Single(MinijailExpression statement)
    {
        if (statement.Current.Kind != "argument") return (Conjunction.Always, statement.Action());
        var conditions = statement.Conditions();
        return (conditions, statement.Accept(";") ? statement.Action() : new(SeccompAction.Allow));
    }

    private void Name(MinijailExpression statement, string source, List<string> names)
    {
        var word = statement.Next();
        bool applies = !statement.Accept("[") || Metadata(statement, source);
        if (word.Kind != "word") throw word.Error(source, $"the name of a system call is expected here, not '{word.Text}'");
        if (!applies) return;
        if (word.Text.Contains('@', StringComparison.Ordinal)) throw word.Error(source, $"the group '{word.Text}' is defined by the constants file that minijail compiles with, which isn't here", "SeccompFormat,UNREPRESENTABLE", "Write its calls out.");
        if (SyscallTable.For(architecture).Find(word.Text) is null)
        {
            string? near = NearestName.Find(word.Text, SyscallTable.For(architecture).Entries.Select(entry => entry.Name));
            throw word.Error(source, $"{SeccompArchitectures.Name(architecture)} has no system call '{word.Text}'{(near is null ? "" : $"; did you mean '{near}'?")}", "SeccompPolicy,UNKNOWN_SYSCALL");
        }

        names.Add(word.Text);
    }

    private bool Metadata(MinijailExpression statement, string source)
    {
        var key = statement.Next();
        if (key.Text != "arch") throw key.Error(source, $"the only condition of a name is 'arch', not '{key.Text}'");
        statement.Expect("=");
        bool applies = false;
        do
        {
            string word = statement.Next().Text;
            applies |= word == architecture switch { SeccompArchitecture.AArch64 => "arm64", var other => SeccompArchitectures.Name(other) };
        }
        while (statement.Accept(","));
        statement.Expect("]");
        return applies;
    }

    // The first filter that fits counts; ours is the harshest rule, and of equally harsh ones the first. So a filter needs what the milder
    // ones before it leave, and one that says what the default says is needed only before a milder one.
    private IEnumerable<SeccompRule> Rules()
    {
        foreach (var (name, list) in filters)
        {
            var entry = SyscallTable.For(architecture).Find(name)!;
            for (int at = 0; at < list.Count; at++)
            {
                var (conditions, decision) = list[at];
                if (decision == fallback && list.Skip(at + 1).All(later => later.Decision.Action >= decision.Action)) continue;
                var left = list.Take(at).Where(earlier => earlier.Decision.Action < decision.Action).Aggregate(Conjunction.Always, (rest, earlier) => Conjunction.And(rest, Conjunction.Not(earlier.Conditions, entry.IsNarrow)));
                foreach (var alternative in Conjunction.And(left, conditions)) yield return new([name], decision.Action, decision.NumberOrNull, alternative);
            }
        }
    }
}
