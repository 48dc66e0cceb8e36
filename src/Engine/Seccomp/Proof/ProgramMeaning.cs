namespace Sandbox.Seccomp;

/// <summary>
/// The sets of calls that a program gives each decision: it is executed for all calls at once. At each instruction it keeps the
/// contents of the registers that are possible there, each with the set of calls that come there with it. Jumps only go forward.
/// </summary>
internal sealed class ProgramMeaning(DecisionDiagram diagram, SymbolicWords words, SeccompProgram program)
{
    private const int MaximumStates = 200_000;

    private readonly Dictionary<State, int>?[] reached = new Dictionary<State, int>?[program.Count];
    private readonly Dictionary<SeccompDecision, List<int>> parts = [];
    private int states;

    public static Dictionary<SeccompDecision, int> Of(SeccompProgram program, DecisionDiagram diagram, SymbolicWords words)
    {
        BpfVerifier.Check(program);
        var meaning = new ProgramMeaning(diagram, words, program);
        var zero = new Bits(SymbolicWords.Constant(0));
        meaning.Reach(0, new(zero, zero, ValueList<Bits>.Of([])), DecisionDiagram.Everything);
        for (int at = 0; at < program.Count; at++) meaning.Step(at);
        return meaning.parts.ToDictionary(part => part.Key, part => diagram.Or(part.Value));
    }

    private void Step(int at)
    {
        if (reached[at] is not { } here) return;
        reached[at] = null;
        var instruction = program.Instructions[at];
        foreach (var (state, calls) in here)
        {
            switch (instruction.Code)
            {
                case ClassicBpf.Return: Return(instruction.K, calls); break;
                case ClassicBpf.ReturnAccumulator: Return(SymbolicWords.ConstantOf(state.A.Items) ?? throw Undecided(at, "it returns a value that depends on the call"), calls); break;
                case ClassicBpf.JumpAlways: Reach(at + 1 + (int)instruction.K, state, calls); break;
                case var code when (code & 7) == 5:
                    int holds = Holds(instruction, state);
                    Reach(at + 1 + instruction.JumpTrue, state, diagram.And(calls, holds));
                    Reach(at + 1 + instruction.JumpFalse, state, diagram.And(calls, diagram.Not(holds)));
                    break;
                default: Reach(at + 1, Execute(at, instruction, state), calls); break;
            }
        }
    }

    private void Return(uint value, int calls)
    {
        var decision = SeccompDecision.FromReturnValue(value);
        if (!parts.TryGetValue(decision, out var list)) parts[decision] = list = [];
        list.Add(calls);
    }

    private void Reach(int at, State state, int calls)
    {
        if (calls == DecisionDiagram.Nothing) return;
        var there = reached[at] ??= [];
        if (there.TryGetValue(state, out int already)) there[state] = diagram.Or(already, calls);
        else if (++states > MaximumStates) throw Undecided(at, $"its registers can have more than {MaximumStates} contents");
        else there[state] = calls;
    }

    private int Holds(SockFilter instruction, State state)
    {
        int[] operand = (instruction.Code & ClassicBpf.SourceIndex) != 0 ? state.X.Items : SymbolicWords.Constant(instruction.K);
        int[] a = state.A.Items;
        return (instruction.Code & 0xf0) switch
        {
            0x10 => words.Equal(a, operand),
            0x20 => diagram.Not(words.GreaterOrEqual(operand, a)),
            0x30 => words.GreaterOrEqual(a, operand),
            _ => words.AnyBit(words.And(a, operand)),
        };
    }

    private State Execute(int at, SockFilter instruction, State state)
    {
        uint k = instruction.K;
        return instruction.Code switch
        {
            ClassicBpf.LoadWord => state with { A = new(words.Word(k)) },
            ClassicBpf.LoadImmediate => state with { A = new(SymbolicWords.Constant(k)) },
            ClassicBpf.LoadIndexImmediate => state with { X = new(SymbolicWords.Constant(k)) },
            ClassicBpf.LoadLength => state with { A = new(SymbolicWords.Constant(ClassicBpf.DataSize)) },
            ClassicBpf.LoadIndexLength => state with { X = new(SymbolicWords.Constant(ClassicBpf.DataSize)) },
            ClassicBpf.LoadMemory => state with { A = state.Memory[(int)k] },
            ClassicBpf.LoadIndexMemory => state with { X = state.Memory[(int)k] },
            ClassicBpf.Store => state with { Memory = Stored(state.Memory, (int)k, state.A) },
            ClassicBpf.StoreIndex => state with { Memory = Stored(state.Memory, (int)k, state.X) },
            ClassicBpf.TransferToIndex => state with { X = state.A },
            ClassicBpf.TransferFromIndex => state with { A = state.X },
            _ => state with { A = new(Calculate(at, instruction, state)) },
        };
    }

    private int[] Calculate(int at, SockFilter instruction, State state)
    {
        int[] a = state.A.Items;
        int[] operand = (instruction.Code & ClassicBpf.SourceIndex) != 0 ? state.X.Items : SymbolicWords.Constant(instruction.K);
        switch (instruction.Code & 0xf0)
        {
            case 0x00: return words.Add(a, operand);
            case 0x10: return words.Add(a, words.Not(operand), carry: true);
            case 0x40: return words.Or(a, operand);
            case 0x50: return words.And(a, operand);
            case 0xa0: return words.Xor(a, operand);
            case 0x80: return words.Add(SymbolicWords.Constant(0), words.Not(a), carry: true);
            case 0x60 when SymbolicWords.ConstantOf(operand) is { } left: return [.. Enumerable.Range(0, 32).Select(bit => bit >= (left & 31) ? a[bit - (left & 31)] : DecisionDiagram.Nothing)];
            case 0x70 when SymbolicWords.ConstantOf(operand) is { } right: return [.. Enumerable.Range(0, 32).Select(bit => bit + (right & 31) < 32 ? a[bit + (right & 31)] : DecisionDiagram.Nothing)];
            case var operation when SymbolicWords.ConstantOf(a) is { } value && SymbolicWords.ConstantOf(operand) is { } by && (operation != 0x30 || by != 0):
                return SymbolicWords.Constant(BpfEmulator.Calculate(instruction.Code, value, by));
            default: throw Undecided(at, "it multiplies, divides or shifts by what depends on the call");
        }
    }

    private static ValueList<Bits> Stored(ValueList<Bits> memory, int index, Bits value)
    {
        var words = memory.ToList();
        while (words.Count <= index) words.Add(new(SymbolicWords.Constant(0)));
        words[index] = value;
        return ValueList<Bits>.Of(words);
    }

    private static SandboxException Undecided(int at, string reason) =>
        new("SeccompProver,UNDECIDED", SandboxErrorKind.ResourceUnavailable, $"Instruction {at}: {reason}; the prover can't decide about this program.");

    private sealed record State(Bits A, Bits X, ValueList<Bits> Memory);

    private sealed class Bits(int[] items)
    {
        public int[] Items => items;

        public override bool Equals(object? obj) => obj is Bits other && items.AsSpan().SequenceEqual(other.Items);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            foreach (int item in items) hash.Add(item);
            return hash.ToHashCode();
        }
    }
}
