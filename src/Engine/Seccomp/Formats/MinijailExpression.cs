using System.Globalization;

namespace Sandbox.Seccomp;

/// <summary>Reads the words of one statement of a minijail policy: conditions, constants and actions.</summary>
internal sealed class MinijailExpression(List<MinijailToken> tokens, string source, SeccompArchitecture architecture)
{
    private int at;

    public bool AtEnd => at >= tokens.Count;

    public MinijailToken Current => AtEnd ? new("", "the end of the line", tokens[^1].Line, tokens[^1].Column + tokens[^1].Text.Length) : tokens[at];

    public MinijailToken Next() => AtEnd ? throw Error("the statement ends too early") : tokens[at++];

    public bool Accept(string text)
    {
        if (AtEnd || Current.Text != text) return false;
        at++;
        return true;
    }

    public void Expect(string text)
    {
        if (!Accept(text)) throw Error($"'{text}' is expected here, not '{Current.Text}'");
    }

    public SandboxException Error(string message) => Current.Error(source, message);

    /// <summary>Alternatives of conditions: <c>arg0 == 1 &amp;&amp; arg1 in 3 || …</c>.</summary>
    public ValueList<SeccompCondition>[] Conditions()
    {
        var all = new List<ValueList<SeccompCondition>>();
        do
        {
            var clause = Conjunction.Always;
            do clause = Conjunction.And(clause, Atom());
            while (Accept("&&"));
            all.AddRange(clause);
        }
        while (Accept("||"));
        return Conjunction.Simplify(all);
    }

    /// <summary>An action: allow, 1, kill, return EPERM, …</summary>
    public SeccompDecision Action()
    {
        var word = Next();
        return word.Text switch
        {
            "allow" or "1" => new(SeccompAction.Allow),
            "kill" or "kill-thread" => new(SeccompAction.KillThread), // compile_seccomp_policy without --use-kill-process
            "kill-process" => new(SeccompAction.KillProcess),
            "trap" => new(SeccompAction.Trap),
            "trace" => new(SeccompAction.Trace),
            "log" => new(SeccompAction.Log),
            "user-notify" => new(SeccompAction.Notify),
            "return" => new(SeccompAction.Errno, Errno()),
            _ => throw word.Error(source, $"there is no action '{word.Text}'", remedy: "The actions are: allow, 1, kill, kill-thread, kill-process, trap, trace, log, user-notify, return ERRNO."),
        };
    }

    private int Errno()
    {
        var word = Next();
        if (Native.Errno.TryParse(word.Text, out int errno)) return errno;
        ulong number = word.Kind == "number" ? Number(word) : throw word.Error(source, $"there is no errno '{word.Text}'");
        return number <= SeccompRule.MaximumErrno ? (int)number : throw word.Error(source, $"an errno is a number from 0 to {SeccompRule.MaximumErrno}");
    }

    private ValueList<SeccompCondition>[] Atom()
    {
        var argument = Next();
        if (argument.Kind != "argument") throw argument.Error(source, $"an argument such as 'arg0' is expected here, not '{argument.Text}'");
        if (!int.TryParse(argument.Text.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out int index) || index > 5) throw argument.Error(source, "a system call has the arguments arg0 to arg5");
        var op = Next();
        if (op.Kind != "operator") throw op.Error(source, $"an operator is expected here, not '{op.Text}'");
        ulong value = Value();
        return op.Text switch
        {
            "==" => One(new(index, SeccompOperator.Equal, value)),
            "!=" => One(new(index, SeccompOperator.NotEqual, value)),
            "<" => One(new(index, SeccompOperator.Less, value)),
            "<=" => One(new(index, SeccompOperator.LessOrEqual, value)),
            ">" => One(new(index, SeccompOperator.Greater, value)),
            ">=" => One(new(index, SeccompOperator.GreaterOrEqual, value)),
            "in" => One(new(index, SeccompOperator.MaskedEqual, ~value)), // no bit outside
            _ => [.. Enumerable.Range(0, 64).Select(bit => 1ul << bit).Where(bit => (value & bit) != 0).SelectMany(bit => One(new(index, SeccompOperator.MaskedEqual, bit, bit)))], // any bit
        };
    }

    private ulong Value()
    {
        ulong all = 0;
        do all |= Constant();
        while (Accept("|"));
        return all;
    }

    private ulong Constant()
    {
        bool complement = Accept("~");
        ulong value;
        if (Accept("("))
        {
            value = Value();
            Expect(")");
        }
        else
        {
            var word = Next();
            value = word.Kind == "number" ? Number(word) : Named(word);
        }

        return complement ? ~value : value;
    }

    private ulong Named(MinijailToken word)
    {
        if (architecture == SeccompArchitecture.Ppc64LE) throw word.Error(source, "the values of constants on Power aren't known here; give a number");
        if (ArgumentConstants.TryGet(word.Text, out ulong value)) return value;
        string? near = NearestName.Find(word.Text, ArgumentConstants.Names);
        throw word.Error(source, $"there is no constant '{word.Text}'{(near is null ? "" : $"; did you mean '{near}'?")}", remedy: "Give its number.");
    }

    // As strtol(3) with base 0.
    private ulong Number(MinijailToken word)
    {
        bool negative = word.Text.StartsWith('-');
        string digits = negative ? word.Text[1..] : word.Text;
        try
        {
            ulong value = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? Convert.ToUInt64(digits[2..], 16)
                : digits.Length > 1 && digits[0] == '0' ? Convert.ToUInt64(digits, 8) : ulong.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
            if (negative && value > 1ul << 63) throw word.Error(source, $"the number {word.Text} doesn't fit into 64 bits");
            return negative ? 0 - value : value;
        }
        catch (Exception e) when (e is OverflowException or FormatException)
        {
            throw word.Error(source, $"'{word.Text}' is no number of 64 bits");
        }
    }

    private static ValueList<SeccompCondition>[] One(SeccompCondition condition) => [ValueList<SeccompCondition>.Of([condition])];
}
