namespace Sandbox.Capture;

/// <content>What a file says of processes.</content>
internal sealed partial class PcapngReader
{
    private readonly Dictionary<int, ProcessesOfId> _processes = [];
    private readonly HashSet<CapturedProcess> _told = new(new SameProcess());

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
                case WiresharkBlock.Arguments: found = found with { Arguments = option.Value }; break;
                case WiresharkBlock.Parent when value.Length == 4: found = found with { ParentId = (int)value.UInt32(0) }; break;
                case WiresharkBlock.UserId when value.Length == 4: found = found with { UserId = value.UInt32(0) }; break;
                case WiresharkBlock.UserName: found = found with { UserName = Text(option.Value) }; break;
                case WiresharkBlock.Start when value.Length == 8: found = found with { UnixNanoseconds = (long)value.UInt64(0) }; break;
            }
        }

        // It may be there again, before a packet that comes after those of another with its id.
        if (_told.TryGetValue(found, out var same))
        {
            found = same;
        }
        else
        {
            _told.Add(found);
            Processes.Add(found);
        }

        if (!_processes.TryGetValue(found.Id, out var all)) _processes[found.Id] = all = new();
        all.Add(found);
    }

    private CapturedProcess? Process(int id, long time) => _processes.TryGetValue(id, out var all) ? all.At(time) : null;
}
