Describe 'Get-PacketFlow' {
    BeforeAll {
        $header = [byte[]](0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 101, 0, 0, 0)
        # A datagram from 10.1.1.1, port 54321, to 10.1.1.2, port 9.
        $packet = [byte[]](0x45, 0, 0, 28, 0, 1, 0x40, 0, 64, 17, 0, 0, 10, 1, 1, 1, 10, 1, 1, 2, 0xD4, 0x31, 0, 9, 0, 8, 0, 0)
        $record = [byte[]](1, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28, 0, 0, 0) + $packet
        [System.IO.File]::WriteAllBytes("$TestDrive/a.pcap", $header + $record + $record)
    }

    It 'sums a file up' {
        $flow = Get-PacketFlow "$TestDrive/a.pcap"
        "$flow" | Should -Be 'UDP 10.1.1.1:54321 > 10.1.1.2:9'
        $flow.Packets | Should -Be 2
        $flow.Bytes | Should -Be 56
    }

    It 'says what is no capture file' {
        { Get-PacketFlow /bin/true -ErrorAction Stop } | Should -Throw -ErrorId 'ReadPacket,FORMAT,Sandbox.Cmdlets.GetPacketFlowCommand'
    }

    It 'exports a JSON object a line, and replaces no file' {
        Get-PacketFlow "$TestDrive/a.pcap" | Export-PacketFlow "$TestDrive/a.ndjson"
        $lines = @(Get-Content "$TestDrive/a.ndjson")
        $lines.Count | Should -Be 1
        ($lines[0] | ConvertFrom-Json).bytes | Should -Be 56
        { Get-PacketFlow "$TestDrive/a.pcap" | Export-PacketFlow "$TestDrive/a.ndjson" } | Should -Throw -ErrorId 'PacketFlowFile,EEXIST,Sandbox.Cmdlets.ExportPacketFlowCommand'
    }
}
