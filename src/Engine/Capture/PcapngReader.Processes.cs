namespace Sandbox.Capture;

/// <content>What a file says of processes.</content>
internal sealed partial class PcapngReader
{
    private readonly Dictionary<int, List<CapturedProcess>> _processes = [];

    private void Custom(ByteView body)
    {
        Need(body, 4);
        if (body.UInt32(0) != WiresharkBlock.Enterprise) return;
        Need(body, 12);
        var entry = new ByteView(body.Bytes[4..], bigEndian: false);
        var (type, length) = (entry.UInt32(0), entry.UInt32(4));
        if (length > entry.Length - 8) throw Damage($"an entry of {length} bytes doesn't fit its block");
        if (type == WiresharkBlock.ProcessInformation) Process(new(entry.Bytes.Slice(8, (int)length), bigEndian: false));
    }

    private void Process(ByteView entry)
    {
        Need(entry, 4);
        var found = new CapturedProcess { Id = (int)entry.UInt32(0) };
        foreach (var option in Options(entry, 4))
        {
            var value = new ByteView(option.Value, bigEndian: false);
            switch (option.Code)
            {
                case WiresharkBlock.Name: found = found with { Name = Text(option.Value) }; break;
                case WiresharkBlock.Path: found = found with { Path = Text(option.Value) }; break;
                case WiresharkBlock.Arguments: found = found with { Arguments = option.Value, CommandLine = ProcessDetails.Split(option.Value) }; break;
                case WiresharkBlock.Parent when value.Length == 4: found = found with { ParentId = (int)value.UInt32(0) }; break;
                case WiresharkBlock.UserId when value.Length == 4: found = found with { UserId = value.UInt32(0) }; break;
                case WiresharkBlock.UserName: found = found with { UserName = Text(option.Value) }; break;
                case WiresharkBlock.Start when value.Length == 8: found = found with { UnixNanoseconds = (long)value.UInt64(0) }; break;
            }
        }

        Processes.Add(found);
        if (!_processes.TryGetValue(found.Id, out var all)) _processes[found.Id] = all = [];
        all.Insert(After(all, Start(found)), found);
    }

    // Of several with one id the one that had started last by then; the first where none had.
    private CapturedProcess? Process(int id, long time) => _processes.TryGetValue(id, out var all) ? all[Math.Max(0, After(all, time) - 1)] : null;

    // The place behind all that started until then: they are in the order of their starts.
    private static int After(List<CapturedProcess> all, long time)
    {
        var (from, to) = (0, all.Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (Start(all[middle]) <= time) from = middle + 1;
            else to = middle;
        }

        return from;
    }

    private static long Start(CapturedProcess process) => process.UnixNanoseconds ?? long.MinValue;
}
